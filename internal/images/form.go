package images

import (
	"fmt"
	"image"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// Form is the form into which images are brought for one video: with an alpha where the encoded
// video has one, and in 8 or 16 bits.
//
// It has 16 bits where the video is RGB of more than 8 bits, because swscale makes 65283 of 65535
// from 255. It has 8 bits of R G B where the video is YUV or grey of more than 8 bits: swscale
// converts these exactly, but makes white 943 of 1023 instead of 940 from 16 bits.
type Form struct {
	encoded astiav.PixelFormat
	alpha   bool // the video has an alpha
	deep    bool // images have 16 bits
	gray    bool // grey images are read as grey: swscale converts them exactly into grey, and into 8 bits
}

// NewForm returns the form of images for a video in the format encoded. If alpha is true, the video
// has an alpha.
func NewForm(encoded astiav.PixelFormat, alpha bool) Form {
	info := astiavx.DescribePixelFormat(encoded)
	more := info.Bits > 8
	return Form{
		encoded: encoded, alpha: alpha, deep: more && info.RGB, gray: !more || info.Gray && !alpha,
	}
}

// check returns an error for an image that cannot be brought into the format of the video, because
// nothing can be converted to that format. A palette takes images with a palette only.
func (f Form) check(img image.Image) error {
	_, isPaletted := img.(*image.Paletted)
	palette := f.encoded == astiav.PixelFormatPal8
	if astiavx.CanScaleTo(f.encoded) || palette && isPaletted {
		return nil
	}
	name := f.encoded.Name()
	reason := "there is no conversion to " + name + ", in which this video is encoded; give Raw frames of it"
	if palette {
		reason += ", or an *image.Paletted"
	}
	return &fault.ConfigError{Field: "Image", Value: fmt.Sprintf("%T", img), Reason: reason}
}
