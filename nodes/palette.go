package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// PaletteConfig describes the pictures that a Palette receives, and the palettes that it makes.
type PaletteConfig struct {
	Width, Height int           // of the pictures, in pixels
	Color         astiavx.Color // of the output
	// Dither is how a colour that the palette lacks is shown: one of DitherModes.
	Dither string
	// Transparent is true if the pictures have an alpha. They are bgra then, and pixels whose alpha is
	// below 128 become transparent. Otherwise they are rgb24.
	Transparent bool
	// Keeps is true if a transparent pixel shows what the picture before shows, and the pictures have
	// no alpha. From the second picture on, the pixels that do not change are transparent then, and
	// the palette has the colours of the others alone.
	Keeps bool
	// Clears is true if the encoder is told to clear each picture before the next one (ClearGIF),
	// because the pictures have an alpha, and a transparent pixel would show the picture before.
	Clears bool
}

// InputFormat returns the pixel format of the pictures that a Palette receives.
func (cfg *PaletteConfig) InputFormat() astiav.PixelFormat {
	if cfg.Transparent {
		return astiav.PixelFormatBgra
	}
	return astiav.PixelFormatRgb24
}

// DefaultDither shows a colour that the palette lacks as the nearest one.
const DefaultDither = "none"

// DitherModes returns the modes of dithering, by the names of FFmpeg's filter paletteuse.
func DitherModes() []string {
	return []string{
		DefaultDither, "bayer", "heckbert", "floyd_steinberg", "sierra2", "sierra2_4a", "sierra3", "burkes", "atkinson",
	}
}

// Palette makes a palette of up to 256 colours for each picture, and emits the picture as pal8. It
// keeps the last picture alone, and emits one picture for each that it receives.
type Palette struct {
	cfg    PaletteConfig
	filter *astiavx.PaletteFilter
	first  bool // no picture has come
	last   pipeline.Frame
	inputs *astiavx.PicturePool // of the filter
	shelf  shelf.Frames
}

var _ pipeline.Processor[pipeline.Frame, pipeline.Frame] = (*Palette)(nil)

// NewPalette returns a Palette. Close frees it.
func NewPalette(cfg PaletteConfig) (*Palette, error) {
	p := &Palette{cfg: cfg, first: true}
	var err error
	if p.filter, err = p.newFilter(cfg.Transparent); err != nil {
		return nil, err
	}
	if p.inputs, err = astiavx.NewPicturePool(astiav.PixelFormatBgra, cfg.Width, cfg.Height); err != nil {
		p.filter.Free()
		return nil, err
	}
	return p, nil
}

func (p *Palette) newFilter(transparent bool) (*astiavx.PaletteFilter, error) {
	return astiavx.NewPaletteFilter(astiavx.PaletteFilterConfig{
		Width: p.cfg.Width, Height: p.cfg.Height, Dither: p.cfg.Dither, Transparent: transparent,
	})
}

// Process emits one picture with a palette.
func (p *Palette) Process(_ context.Context, in pipeline.Frame, emit pipeline.Emit[pipeline.Frame]) error {
	out := pipeline.FrameFrom(&p.shelf)
	if err := p.convert(out, in); err != nil {
		in.Free()
		out.Free()
		return fmt.Errorf("make a palette: %w", err)
	}
	astiavx.SetColor(out.Frame, p.cfg.Color)
	out.SetPts(in.Pts())
	out.Orders, out.Accepted = in.Orders, in.Accepted
	p.keep(in)
	return emit(out)
}

// convert fills a frame without a buffer with the picture and its palette.
func (p *Palette) convert(out, in pipeline.Frame) error {
	picture := pipeline.FrameFrom(&p.shelf)
	defer picture.Free()
	if err := p.inputs.Get(picture.Frame); err != nil {
		return err
	}
	switch width, height := p.cfg.Width, p.cfg.Height; {
	case p.cfg.Transparent:
		copyPixels(picture, in, width, height)
	case p.last.Frame != nil:
		unpackChanges(picture, in, p.last, width, height)
	default:
		unpackPixels(picture, in, width, height)
	}
	if err := p.filter.Convert(out.Frame, picture.Frame); err != nil {
		return err
	}
	if p.cfg.Dither == DefaultDither {
		averageColors(out, in, p.cfg.Width, p.cfg.Height)
	}
	if p.first {
		return p.begin(out)
	}
	return nil
}

// begin completes the first picture.
//
// A filter for pictures whose unchanged pixels are transparent follows the one for the first
// picture. The first palette has no transparent colour, because an encoder of gif takes the one
// that it finds there for pixels to be cleared later (gif.c).
//
// A palette with transparent pixels gets a transparent colour that no later palette has. An encoder
// of gif writes only the difference to the picture before if the palette is that of the first
// picture, which is wrong behind pictures that are cleared.
func (p *Palette) begin(out pipeline.Frame) error {
	p.first = false
	if p.cfg.Transparent {
		*colorOf(out, transparentIndex) ^= 1
	}
	if !p.cfg.Keeps {
		return nil
	}
	p.filter.Free()
	var err error
	p.filter, err = p.newFilter(true)
	return err
}

// keep keeps a picture until the next one, if that one needs it.
func (p *Palette) keep(in pipeline.Frame) {
	if !p.cfg.Keeps {
		in.Free()
		return
	}
	if p.last.Frame != nil {
		p.last.Free()
	}
	p.last = in
}

// Flush emits nothing: each picture is emitted by its Process.
func (p *Palette) Flush(context.Context, pipeline.Emit[pipeline.Frame]) error { return nil }

// Close frees the Palette. The memory of pictures that are in use is freed with the pictures.
func (p *Palette) Close() {
	if p.last.Frame != nil {
		p.last.Free()
		p.last = pipeline.Frame{}
	}
	p.filter.Free()
	p.inputs.Free()
	p.shelf.Close()
}
