package plan

import (
	"cmp"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// onePalette are encoders that take pal8, but one palette for all pictures: the one of apng refuses
// another (pngenc.c), and readers of mov get the first one of smc alone.
var onePalette = []string{"apng", "smc"}

// makesPalette says whether pictures of a format can get a palette each, with which this encoder
// encodes them.
func makesPalette(encoder *astiav.Codec, input, encoded astiav.PixelFormat) bool {
	return encoded == astiav.PixelFormatPal8 && astiavx.CanScaleFrom(input) &&
		!slices.Contains(onePalette, encoder.Name())
}

// planPalette plans the palettes, if the pictures get them.
func (p *Video) planPalette(s *VideoEncoder, encoder *astiav.Codec, containers []astiavx.Container) error {
	isScaled := s.scaledWidth > 0 // and needs new palettes if it had some
	if !makesPalette(encoder, p.InputFormat, s.Format) || s.Format == p.InputFormat && !isScaled {
		return p.checkNoDither(s.Format)
	}
	isFilm := encoder.ID() == astiav.CodecIDGif && !p.writesGIFImages()
	transparent := astiavx.DescribePixelFormat(p.InputFormat).Alpha && keepsPaletteAlpha(encoder.ID(), containers)
	s.Palette = &nodes.PaletteConfig{
		Width: s.Width, Height: s.Height, Dither: cmp.Or(p.Config.Dither, nodes.DefaultDither),
		Transparent: transparent, Keeps: isFilm && !transparent, Clears: isFilm && transparent,
	}
	return nil
}

// writesGIFImages says whether the encoder of gif writes a file for each picture.
func (p *Video) writesGIFImages() bool {
	list, err := avoption.FromMap(p.Config.ExtraOptions, nil)
	return err == nil && codec.WritesGIFImages(list)
}

// checkDither checks that Dither is one of the modes.
func (p *Video) checkDither() error {
	known := nodes.DitherModes()
	if p.Config.Dither == "" || slices.Contains(known, p.Config.Dither) {
		return nil
	}
	return &fault.ConfigError{
		Field: "Dither", Value: p.Config.Dither, Supported: known,
		Reason: "there is no such mode of dithering" + fault.DidYouMean(p.Config.Dither, known),
	}
}

// checkNoDither returns an error for a mode of dithering that has nothing to do.
func (p *Video) checkNoDither(format astiav.PixelFormat) error {
	if p.Config.Dither == "" {
		return nil
	}
	reason := "dithers where palettes are made of the pictures, but these are encoded as " + format.Name() +
		"; leave it empty, or encode gif, or PixelFormat pal8"
	if format == astiav.PixelFormatPal8 {
		reason = "dithers where palettes are made of the pictures, but these have palettes already; leave it empty"
	}
	return &fault.ConfigError{Field: "Dither", Value: p.Config.Dither, Reason: reason}
}

// ConvertedFormat returns the format to which pictures are converted before they get a palette or
// are encoded.
func (s *VideoEncoder) ConvertedFormat() astiav.PixelFormat {
	if s.Palette != nil {
		return s.Palette.InputFormat()
	}
	return s.Format
}
