package images

import (
	"fmt"
	"image"
	"image/draw"
	"reflect"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// pixels are the pixels of an image, or of a copy of it, in a format that FFmpeg reads.
type pixels struct {
	format  astiav.PixelFormat
	data    []byte
	stride  int                // in bytes
	palette *[PaletteSize]byte // nil: none
}

// Check returns an error for an image from which Picture cannot make a picture of width by height
// pixels.
func Check(img image.Image, width, height int, form Form) error {
	if v := reflect.ValueOf(img); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return &fault.ConfigError{Field: "Image", Reason: "is nil"}
	}
	if size := img.Bounds().Size(); size != image.Pt(width, height) {
		reason := fmt.Sprintf("the stream's frames have %d×%d pixels", width, height)
		return &fault.ConfigError{Field: "Image", Value: fmt.Sprintf("%d×%d", size.X, size.Y), Reason: reason}
	}
	return fault.First(checkImage(img), form.check(img))
}

// Picture returns a picture that refers to the pixels of an image, which Check has checked, and the
// addresses in Go's memory to which it refers, which the caller pins. If neither our kernels nor
// FFmpeg can read the image as it is, Picture copies it into the scratch first; the picture is then
// valid until the scratch is used again.
func Picture(img image.Image, form Form, scratch *Scratch) (picture pipeline.Input, memory [3]*byte) {
	if m, ok := asJPEG(img); ok && !form.deep {
		return jpegPicture(m)
	}
	source := form.pixels(img, scratch)
	memory[0] = unsafe.SliceData(source.data)
	picture = pipeline.Input{Format: source.format, Strides: [4]int{source.stride}}
	picture.Planes[0] = unsafe.Pointer(memory[0])
	if source.palette != nil {
		memory[1] = &source.palette[0]
		picture.Planes[1] = unsafe.Pointer(memory[1])
	}
	return picture, memory
}

// pixels returns the pixels of an image that has been checked. Where the video has an alpha, the
// colours are not multiplied by theirs. Where it has none, the colours are multiplied by their
// alpha, which composites the image over black, and the alpha is left out.
func (f Form) pixels(img image.Image, scratch *Scratch) pixels {
	if m, ok := img.(*image.Paletted); ok && f.encoded == astiav.PixelFormatPal8 {
		return f.paletted(m, &scratch.palette)
	}
	if p, ok := f.direct(img); ok {
		return p
	}
	if f.alpha && !isOpaque(img) {
		return f.straight(img, scratch)
	}
	return f.overBlack(img, scratch)
}

// isOpaque says whether the image has a method Opaque that returns true. All images of the standard
// library have the method.
func isOpaque(img image.Image) bool {
	m, ok := img.(interface{ Opaque() bool })
	return ok && m.Opaque()
}

// direct returns the pixels of an image that FFmpeg can read as it is; false: it cannot.
func (f Form) direct(img image.Image) (p pixels, ok bool) {
	switch m := img.(type) {
	case *image.RGBA:
		p = pixels{format: astiav.PixelFormatRgb0, data: m.Pix, stride: m.Stride}
		return p, !f.deep && (!f.alpha || m.Opaque())
	case *image.NRGBA:
		if f.alpha {
			return pixels{format: astiav.PixelFormatRgba, data: m.Pix, stride: m.Stride}, !f.deep
		}
		return pixels{format: astiav.PixelFormatRgb0, data: m.Pix, stride: m.Stride}, !f.deep && m.Opaque()
	case *image.RGBA64:
		p = pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
		return p, f.deep && (!f.alpha || m.Opaque())
	case *image.NRGBA64:
		p = pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
		return p, f.deep && (f.alpha || m.Opaque())
	case *image.Gray:
		return pixels{format: astiav.PixelFormatGray8, data: m.Pix, stride: m.Stride}, f.gray
	case *image.Gray16:
		return pixels{format: astiav.PixelFormatGray16Be, data: m.Pix, stride: m.Stride}, f.gray
	}
	return pixels{}, false
}

// overBlack returns a copy whose colours are multiplied by their alpha: the image over black.
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
