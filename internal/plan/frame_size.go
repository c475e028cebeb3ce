package plan

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// outSize returns the size to encode in pixels: that of the input, or the size to which OddSize
// pads or crops it.
func (p *Video) outSize(codec *astiav.Codec, format astiav.PixelFormat) (width, height int, err error) {
	info := astiavx.DescribePixelFormat(format)
	width, fits := p.fit(p.Config.Width, info.Log2ChromaWidth)
	if !fits {
		return 0, 0, p.oddSizeError("Width", p.Config.Width, 1<<info.Log2ChromaWidth, codec, format)
	}
	height, fits = p.fit(p.Config.Height, info.Log2ChromaHeight)
	if !fits {
		return 0, 0, p.oddSizeError("Height", p.Config.Height, 1<<info.Log2ChromaHeight, codec, format)
	}
	scalable := astiavx.CanScaleFrom(format) && astiavx.CanScaleTo(format)
	padded := width > p.Config.Width || height > p.Config.Height
	if padded && !info.Whole && !scalable { // its last column cannot be repeated as bytes, and swscale cannot unpack it
		reason := fmt.Sprintf("%s cannot be padded, because there is no conversion for it; "+
			"give an even size, or set OddSize to crop", format.Name())
		return 0, 0, &fault.ConfigError{Field: "OddSize", Value: p.Config.OddSize.String(), Reason: reason}
	}
	return width, height, nil
}

// fit returns the number of columns or rows to encode for n of them: a multiple of 2 to the power
// of log2. False: OddSize does not allow one.
func (p *Video) fit(n, log2 int) (fitting int, ok bool) {
	step := 1 << log2
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
