package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// ConvertConfig describes the pictures that a Convert receives and emits. Sizes are in pixels.
type ConvertConfig struct {
	InputFormat   astiav.PixelFormat // of the blanks
	Width, Height int                // of the input
	// ScaledWidth and ScaledHeight are the size to which pictures are scaled; 0: they are not.
	ScaledWidth, ScaledHeight int
	Scaler                    string // the method, one of Scalers
	Threads                   int    // that scale a picture together; 0: one
	// OutWidth and OutHeight are the size of the output. It differs from that of the input, or from
	// the scaled size, by less than a chroma sample: a larger picture repeats its last column and row,
	// a smaller one is cropped.
	OutWidth, OutHeight int
	Format              astiav.PixelFormat // of the output
	Color               astiavx.Color      // of the output
	InputColor          astiavx.Color      // of input that is neither RGB nor grey
	Device              Device             // encodes the pictures, and is closed by the Convert; nil: the CPU
}

// Scales reports whether pictures are scaled.
func (cfg *ConvertConfig) Scales() bool { return cfg.ScaledWidth > 0 }

// Pixels returns the number of pixels of the larger of input and output.
func (cfg *ConvertConfig) Pixels() int { return max(cfg.Width*cfg.Height, cfg.OutWidth*cfg.OutHeight) }

// Fast returns true if 8-bit RGB and pictures in the input format are not converted by swscale.
func (cfg *ConvertConfig) Fast() bool {
	fast := func(input astiav.PixelFormat) bool {
		return findKernel(kernelInput{format: input}, cfg.Format, cfg.Color) != nil
	}
	return !cfg.Scales() && fast(astiav.PixelFormatRgb24) && (cfg.InputFormat == cfg.Format || fast(cfg.InputFormat))
}

// Path returns by what pictures of a format are converted: "as it is", "kernel", "swscale", or the
// method by which swscale scales them.
func (cfg *ConvertConfig) Path(input astiav.PixelFormat) string {
	switch {
	case cfg.Scales():
		return fmt.Sprintf("swscale, %s from %d×%d", cfg.Scaler, cfg.Width, cfg.Height)
	case findKernel(kernelInput{format: input}, cfg.Format, cfg.Color) != nil:
		return "kernel"
	case input == cfg.Format:
		return "as it is"
	default:
		return "swscale"
	}
}

// Convert reads borrowed pictures, once, and emits pictures of the encoder's format with the same
// times.
//
//	input                                    conversion
//	the encoder's own format and size        none if it was handed over; otherwise rows are copied
//	8-bit RGB to 8-bit 4:2:0, 4:4:4 or grey  kernels of rgbyuv (kernel.go lists the formats)
//	Y, Cb and Cr of JPEG to the same         kernels of rgbyuv; rows are copied if the encoder takes
//	                                         these values
//	all other formats                        swscale (swscale.go)
//	any format in another size               swscale, which converts and scales in one pass
//	pictures on the device that encodes      the device's kernels
//
// JPEG that swscale converts is converted to RGB by a kernel first: its colours are always those
// that Go's image/color gives it.
type Convert struct {
	cfg     ConvertConfig
	blanks  *Blanks
	shelf   shelf.Frames
	pool    *astiavx.PicturePool // nil: the device lends the pictures
	kernels kernels
	copier  copier
	padder  padder
	decoder jpegDecoder
	swscale swscale
}

var _ pipeline.Processor[pipeline.Input, pipeline.Frame] = (*Convert)(nil)

// NewConvert returns a Convert. Close frees it.
func NewConvert(cfg ConvertConfig) (*Convert, error) {
	c := &Convert{
		cfg:    cfg,
		blanks: newBlanks(cfg.InputFormat, cfg.Width, cfg.Height),
		copier: newCopier(cfg.Format, cfg.OutWidth, cfg.OutHeight),
		padder: padder{width: cfg.OutWidth, height: cfg.OutHeight},
	}
	if cfg.Scales() { // the scaled picture is padded, not the input
		c.padder = padder{width: cfg.Width, height: cfg.Height}
	}
	if cfg.Device == nil {
		var err error
		width, height := max(cfg.OutWidth, cfg.ScaledWidth), max(cfg.OutHeight, cfg.ScaledHeight)
		if c.pool, err = astiavx.NewPicturePool(cfg.Format, width, height); err != nil {
			return nil, err
		}
	}
	c.kernels = kernels{cfg: &c.cfg, found: map[kernelInput]*rgbyuv.Converter{}}
	c.swscale = newSwscale(&c.cfg, &c.padder)
	return c, nil
}

// Blanks returns the pictures into which a caller draws to hand them over.
func (c *Convert) Blanks() *Blanks { return c.blanks }

// Process converts one picture. It returns borrowed memory as soon as it has read it.
func (c *Convert) Process(_ context.Context, in pipeline.Input, emit pipeline.Emit[pipeline.Frame]) error {
	sameSize := c.cfg.Width == c.cfg.OutWidth && c.cfg.Height == c.cfg.OutHeight && !c.cfg.Scales()
	if in.Owned.Frame != nil && in.Format == c.cfg.Format && sameSize {
		astiavx.SetColor(in.Owned.Frame, c.cfg.Color)
		return c.emit(in.Owned, in, emit)
	}
	out, err := c.convert(in)
	if err != nil {
		return err
	}
	return c.emit(out, in, emit)
}

// emit emits a frame with what the input carries beside its pixels.
func (c *Convert) emit(out pipeline.Frame, in pipeline.Input, emit pipeline.Emit[pipeline.Frame]) error {
	out.SetPts(in.PTS)
	out.Orders, out.Accepted = in.Orders, in.Accepted
	return emit(out)
}

// convert returns the converted picture. It ends the loan of the input in any case, also if it
// panics: the owner of the memory waits for that.
func (c *Convert) convert(in pipeline.Input) (pipeline.Frame, error) {
	defer in.Settle()
	defer in.Owned.Free()
	out := pipeline.FrameFrom(&c.shelf)
	if err := c.fill(out, in); err != nil {
		out.Free()
		return pipeline.Frame{}, fmt.Errorf("convert %s to %s: %w", in.Format, c.cfg.Format, err)
	}
	return out, nil
}

// fill fills a frame without a buffer with the converted picture.
func (c *Convert) fill(out pipeline.Frame, in pipeline.Input) error {
	if in.OnDevice() {
		return c.cfg.Device.Convert(out.Frame, in)
	}
	if err := c.allocate(out); err != nil {
		return err
	}
	astiavx.SetColor(out.Frame, c.cfg.Color)
	if c.cfg.Scales() {
		return c.fillSlowly(out, in)
	}
	if c.encodesJPEG(in) {
		c.copier.copy(out, in)
		return nil
	}
	if kernel := c.kernels.find(in); kernel != nil {
		c.kernels.run(kernel, out, in)
		return nil
	}
	if in.Format == c.cfg.Format && !in.JPEG && !c.padder.enlarges(c.cfg.Width, c.cfg.Height) {
		c.copier.copy(out, in)
		return nil
	}
	return c.fillSlowly(out, in)
}

// fillSlowly is fill for pictures that need preparation or another size: JPEG is decoded, odd sizes
// are padded.
func (c *Convert) fillSlowly(out pipeline.Frame, in pipeline.Input) error {
	var err error
	if in.JPEG {
		if in, err = c.decoder.decode(in, c.cfg.Width, c.cfg.Height); err != nil {
			return err
		}
	}
	picture, err := c.swscale.prepare(in)
	if err != nil {
		return err
	}
	if picture.Format == c.cfg.Format && !c.cfg.Scales() {
		c.copier.copy(out, picture)
		return nil
	}
	return c.swscale.convert(out, picture)
}

// allocate gives a frame the memory of a picture in the output's format.
func (c *Convert) allocate(out pipeline.Frame) error {
	if c.pool == nil {
		return c.cfg.Device.Host(out.Frame)
	}
	return c.pool.Get(out.Frame)
}

// Flush emits nothing: each picture is emitted by its Process.
func (c *Convert) Flush(context.Context, pipeline.Emit[pipeline.Frame]) error { return nil }

// Close frees the Convert. The memory of pictures that are in use is freed with the pictures.
func (c *Convert) Close() {
	c.swscale.free()
	c.padder.free()
	c.decoder.free()
	if c.pool == nil {
		c.cfg.Device.Close()
	} else {
		c.pool.Free()
	}
	c.shelf.Close()
	c.blanks.close()
}
