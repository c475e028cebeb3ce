package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// Side is the field of the config that decides a side of the encoded video, and its value.
type Side struct {
	Field  string
	Pixels int
}

// Sides returns the fields that decide the width and the height of the encoded video.
func (p *Video) Sides() (width, height Side) {
	c := &p.Config
	width, height = Side{"Width", c.Width}, Side{"Height", c.Height}
	outWidth, outHeight := Side{"OutWidth", c.OutWidth}, Side{"OutHeight", c.OutHeight}
	switch {
	case c.OutWidth > 0 && c.OutHeight > 0:
		return outWidth, outHeight
	case c.OutWidth > 0 && c.OutWidth == c.Width:
		return outWidth, height
	case c.OutWidth > 0:
		return outWidth, outWidth
	case c.OutHeight > 0 && c.OutHeight == c.Height:
		return width, outHeight
	case c.OutHeight > 0:
		return outHeight, outHeight
	default:
		return width, height
	}
}

// targetSize returns the size of the encoded video before OddSize applies, in pixels. A side that
// keeps the shape is a multiple of its step: the columns or rows that share a chroma sample.
func (p *Video) targetSize(stepX, stepY int) (width, height int) {
	c := &p.Config
	width, height = cmp.Or(c.OutWidth, c.Width), cmp.Or(c.OutHeight, c.Height)
	switch {
	case c.OutHeight == 0 && width != c.Width:
		height = nearestMultiple(width*c.Height, c.Width, stepY)
	case c.OutWidth == 0 && height != c.Height:
		width = nearestMultiple(height*c.Width, c.Height, stepX)
	}
	return width, height
}

// nearestMultiple returns the positive multiple of step that is nearest to n/by.
func nearestMultiple(n, by, step int) int {
	by *= step
	return max(1, (n+by/2)/by) * step
}

// checkOutSize checks OutWidth, OutHeight and Scaler, as far as they do not depend on the format.
func (p *Video) checkOutSize() error {
	c := &p.Config
	const most = 1 << 30 // a product of two such numbers does not overflow
	for _, side := range []Side{{"OutWidth", c.OutWidth}, {"OutHeight", c.OutHeight}} {
		if side.Pixels < 0 {
			reason := "must not be negative; 0 means the size of the input"
			return &fault.ConfigError{Field: side.Field, Value: side.Pixels, Reason: reason}
		}
		if side.Pixels >= most {
			return tooLarge(side, fmt.Sprintf("%d pixels are", side.Pixels))
		}
	}
	width, height := p.targetSize(1, 1)
	if !astiavx.ValidSize(width, height) {
		side, other := p.Sides()
		if height > width {
			side = other
		}
		return tooLarge(side, fmt.Sprintf("%d×%d pixels are", width, height))
	}
	if p.OnCUDA() && (width != c.Width || height != c.Height) {
		side, other := p.Sides()
		if width == c.Width {
			side = other
		}
		reason := fmt.Sprintf("pictures of %d×%d pixels are not scaled on CUDA; scale them before, or encode on the CPU",
			c.Width, c.Height)
		return &fault.ConfigError{Field: side.Field, Value: side.Pixels, Reason: reason}
	}
	return p.checkScaler()
}

// tooLarge returns the error about a side of a video that is larger than FFmpeg takes.
func tooLarge(side Side, what string) error {
	reason := what + " more than FFmpeg takes; about 16000×16000 is the most"
	return &fault.ConfigError{Field: side.Field, Value: side.Pixels, Reason: reason}
}

// checkScaler checks that Scaler is one of the methods.
func (p *Video) checkScaler() error {
	known := nodes.Scalers()
	if p.Config.Scaler == "" || slices.Contains(known, p.Config.Scaler) {
		return nil
	}
	return &fault.ConfigError{
		Field: "Scaler", Value: p.Config.Scaler, Supported: known,
		Reason: "there is no such method of scaling" + fault.DidYouMean(p.Config.Scaler, known),
	}
}

// Conversion returns how pictures of the input become those that the encoder gets.
func (p *Video) Conversion(s VideoEncoder) nodes.ConvertConfig {
	format := s.ConvertedFormat()
	return nodes.ConvertConfig{
		InputFormat: p.InputFormat, Width: p.Config.Width, Height: p.Config.Height,
		ScaledWidth: s.scaledWidth, ScaledHeight: s.scaledHeight,
		Scaler:   cmp.Or(p.Config.Scaler, nodes.DefaultScaler),
		OutWidth: s.Width, OutHeight: s.Height, Format: format,
		Color: s.Color, InputColor: p.InputColor(format, s.Color),
	}
}

// checkScaling returns an error for pictures that swscale does not scale.
func (p *Video) checkScaling(s VideoEncoder) error {
	if s.scaledWidth == 0 {
		return nil
	}
	side, other := p.Sides()
	if s.scaledWidth == p.Config.Width {
		side = other
	}
	e := &fault.ConfigError{Field: side.Field, Value: side.Pixels}
	conversion := p.Conversion(s)
	switch {
	case !astiavx.CanScaleFrom(p.InputFormat):
		e.Reason = "pictures in " + p.InputFormat.Name() + " cannot be scaled, because there is no conversion from it"
	case !astiavx.CanScaleTo(conversion.Format):
		e.Reason = "pictures cannot be scaled to " + s.Format.Name() + ", because there is no conversion to it"
	case !conversion.CanScale(p.InputFormat) || !conversion.CanScale(astiav.PixelFormatRgb24):
		e.Reason = fmt.Sprintf("swscale does not scale %d×%d pixels to %d×%d by %s; take a size of a more similar shape",
			p.Config.Width, p.Config.Height, s.scaledWidth, s.scaledHeight, conversion.Scaler)
	default:
		return nil
	}
	return e
}
