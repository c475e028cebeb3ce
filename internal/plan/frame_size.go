package plan

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// planSize plans the size to encode: that of the input, or the one to which it is scaled, padded or
// cropped as OddSize says.
func (p *Video) planSize(s *VideoEncoder, codec *astiav.Codec) error {
	info := astiavx.DescribePixelFormat(s.Format)
	stepX, stepY := 1<<info.Log2ChromaWidth, 1<<info.Log2ChromaHeight
	width, height := p.targetSize(stepX, stepY)
	scaled := width != p.Config.Width || height != p.Config.Height
	if scaled {
		s.scaledWidth, s.scaledHeight = width, height
	}
	var fits bool
	widthSide, heightSide := p.Sides()
	if s.Width, fits = p.fit(width, stepX); !fits {
		return p.oddSizeError(widthSide.Field, width, stepX, codec, s.Format)
	}
	if s.Height, fits = p.fit(height, stepY); !fits {
		return p.oddSizeError(heightSide.Field, height, stepY, codec, s.Format)
	}
	padded := s.Width > width || s.Height > height
	unpackable := astiavx.CanScaleFrom(s.Format) && astiavx.CanScaleTo(s.Format)
	e := &fault.ConfigError{Field: "OddSize", Value: p.Config.OddSize.String()}
	switch {
	case !padded || info.Whole:
		return nil
	case scaled: // its last column cannot be repeated as bytes
		e.Reason = fmt.Sprintf("scaled pictures cannot be padded in %s, whose pixels share bytes; "+
			"give even sizes, or set OddSize to crop", s.Format.Name())
		return e
	case !unpackable: // nor can swscale unpack it
		e.Reason = fmt.Sprintf("%s cannot be padded, because there is no conversion for it; "+
			"give an even size, or set OddSize to crop", s.Format.Name())
		return e
	}
	return nil
}

// fit returns the number of columns or rows to encode for n of them: a multiple of step. False:
// OddSize does not allow one.
func (p *Video) fit(n, step int) (fitting int, ok bool) {
	rest := n % step
	switch {
	case rest == 0:
		return n, true
	case p.Config.OddSize == OddSizePad:
		return n + step - rest, true
	case p.Config.OddSize == OddSizeCrop && n > rest:
		return n - rest, true
	default:
		return n, false
	}
}

// oddSizeError returns the error about a width or height that is not a multiple of step.
func (p *Video) oddSizeError(field string, n, step int, codec *astiav.Codec, format astiav.PixelFormat) error {
	const text = "must be a multiple of %d for %s, which subsamples chroma; set OddSize to pad"
	reason := fmt.Sprintf(text, step, format.Name())
	if n > step {
		reason += " or crop"
	}
	isFull := func(f astiav.PixelFormat) bool {
		info := astiavx.DescribePixelFormat(f)
		return info.Log2ChromaWidth+info.Log2ChromaHeight == 0 && !info.Gray
	}
	formats := Encodable(codec, p.InputFormat)
	if i := slices.IndexFunc(formats, isFull); i >= 0 && !p.OnCUDA() { // CUDA has no other format
		reason += ", or PixelFormat to " + formats[i].Name()
	}
	return &fault.ConfigError{Field: field, Value: n, Reason: reason}
}
