package images

import (
	"fmt"
	"image"
	"image/draw"
	"reflect"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// Form is the form that images are given: with an alpha where the encoded video has one, and with
// 16 bits where it is RGB of more than 8, since swscale makes 65283 of 65535 of 255. YUV and grey
// of more than 8 bits are made of 8 bits of R G B, which swscale does exactly; of 16 bits it makes
// white 943 of 1023 instead of 940.
type Form struct {
	encoded astiav.PixelFormat
	alpha   bool
	deep    bool
	gray    bool // swscale takes grey exactly: into grey, and into 8 bits
}

func NewForm(encoded astiav.PixelFormat, alpha bool) Form {
	info := astiavx.DescribePixelFormat(encoded)
	more := info.Bits > 8
	return Form{
		encoded: encoded, alpha: alpha, deep: more && info.RGB, gray: !more || info.Gray && !alpha,
	}
}

// pixels are those of an image, or of a copy, in a form that FFmpeg reads.
type pixels struct {
	format  astiav.PixelFormat
	data    []byte
	stride  int
	palette *[PaletteSize]byte // nil: none
}

// image returns a picture that refers to the pixels of an image, and where these lie in Go's
// memory. Images of a form that neither our kernels nor FFmpeg know are drawn into the scratch
// first.
func Picture(
	img image.Image, width, height int, form Form, scratch *Scratch,
) (picture pipeline.Input, memory [3]*byte, err error) {
	if v := reflect.ValueOf(img); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return picture, memory, &fault.ConfigError{Field: "Image", Reason: "is nil"}
	}
	bounds := img.Bounds()
	if size := bounds.Size(); size != image.Pt(width, height) {
		return picture, memory, &fault.ConfigError{
			Field: "Image", Value: fmt.Sprintf("%d×%d", size.X, size.Y),
			Reason: fmt.Sprintf("the stream's frames have %d×%d pixels", width, height),
		}
	}
	if err := fault.First(checkImage(img), form.check(img)); err != nil {
		return picture, memory, err
	}
	if m, ok := asJPEG(img); ok && !form.deep {
		picture, memory = jpegPicture(m)
		return picture, memory, nil
	}
	own := form.pixels(img, scratch)
	memory[0] = unsafe.SliceData(own.data)
	picture = pipeline.Input{Format: own.format, Strides: [4]int{own.stride}}
	picture.Planes[0] = unsafe.Pointer(memory[0])
	if own.palette != nil {
		memory[1] = &own.palette[0]
		picture.Planes[1] = unsafe.Pointer(memory[1])
	}
	return picture, memory, nil
}

// check finds an image for a video in a format that nothing can be converted to.
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

// pixels are those of an image that has been checked. An alpha is straight where the video has one.
// Where it has none, colours are taken as they are when multiplied by their alpha, which composites
// them over black, and the alpha is left out.
func (f Form) pixels(img image.Image, scratch *Scratch) pixels {
	if m, ok := img.(*image.Paletted); ok && f.encoded == astiav.PixelFormatPal8 {
		return f.paletted(m, &scratch.palette)
	}
	if own, ok := f.direct(img); ok {
		return own
	}
	if f.alpha && !isOpaque(img) {
		return f.straight(img, scratch)
	}
	return f.overBlack(img, scratch)
}

// isOpaque says whether the image itself says so, as all of the standard library can.
func isOpaque(img image.Image) bool {
	m, ok := img.(interface{ Opaque() bool })
	return ok && m.Opaque()
}

// direct returns the pixels of those images that FFmpeg can read as they are.
func (f Form) direct(img image.Image) (own pixels, ok bool) {
	switch m := img.(type) {
	case *image.RGBA:
		own = pixels{format: astiav.PixelFormatRgb0, data: m.Pix, stride: m.Stride}
		return own, !f.deep && (!f.alpha || m.Opaque())
	case *image.NRGBA:
		if f.alpha {
			return pixels{format: astiav.PixelFormatRgba, data: m.Pix, stride: m.Stride}, !f.deep
		}
		return pixels{format: astiav.PixelFormatRgb0, data: m.Pix, stride: m.Stride}, !f.deep && m.Opaque()
	case *image.RGBA64:
		own = pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
		return own, f.deep && (!f.alpha || m.Opaque())
	case *image.NRGBA64:
		own = pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
		return own, f.deep && (f.alpha || m.Opaque())
	case *image.Gray:
		return pixels{format: astiav.PixelFormatGray8, data: m.Pix, stride: m.Stride}, f.gray
	case *image.Gray16:
		return pixels{format: astiav.PixelFormatGray16Be, data: m.Pix, stride: m.Stride}, f.gray
	}
	return pixels{}, false
}

// overBlack is a copy whose colours are multiplied by their alpha.
func (f Form) overBlack(img image.Image, scratch *Scratch) pixels {
	bounds := img.Bounds()
	if f.deep {
		m := scratch.rgba64For(bounds)
		draw.Draw(m, bounds, img, bounds.Min, draw.Src)
		return pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
	}
	m := scratch.rgbaFor(bounds)
	draw.Draw(m, bounds, img, bounds.Min, draw.Src)
	return pixels{format: astiav.PixelFormatRgb0, data: m.Pix, stride: m.Stride}
}
