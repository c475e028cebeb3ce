package api

import (
	"fmt"
	"image"
	"image/draw"
	"reflect"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// image returns a picture that refers to the pixels of an image, and where these lie in Go's memory. Images of a form that neither our kernels nor FFmpeg
// know are drawn into the scratch first.
func (p *videoPlan) image(img image.Image, scratch *image.RGBA) (picture pipeline.Input, memory [3]*byte, err error) {
	if v := reflect.ValueOf(img); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return picture, memory, &ConfigError{Field: "Image", Reason: "is nil"}
	}
	bounds := img.Bounds()
	if size := bounds.Size(); size != image.Pt(p.cfg.Width, p.cfg.Height) {
		return picture, memory, &ConfigError{
			Field: "Image", Value: fmt.Sprintf("%d×%d", size.X, size.Y), Reason: fmt.Sprintf("the stream's frames have %d×%d pixels", p.cfg.Width, p.cfg.Height),
		}
	}
	if err := checkImage(img); err != nil {
		return picture, memory, err
	}
	if m, ok := asJPEG(img); ok {
		picture, memory = jpegPicture(m)
		return picture, memory, nil
	}
	format, pixels, stride := direct(img)
	if pixels == nil {
		format, pixels, stride = direct(drawn(img, scratch))
	}
	memory[0] = unsafe.SliceData(pixels)
	return pipeline.Input{
		Format: format, Planes: [4]unsafe.Pointer{unsafe.Pointer(memory[0])}, Strides: [4]int{stride},
	}, memory, nil
}

// drawn draws an image into the scratch, whose memory it uses again, and returns that.
func drawn(img image.Image, scratch *image.RGBA) *image.RGBA {
	bounds := img.Bounds()
	if need := 4 * bounds.Dx() * bounds.Dy(); len(scratch.Pix) != need {
		scratch.Pix = make([]uint8, need)
	}
	scratch.Stride, scratch.Rect = 4*bounds.Dx(), bounds
	draw.Draw(scratch, bounds, img, bounds.Min, draw.Src)
	return scratch
}

// direct returns the pixels of those images that FFmpeg can read as they are; nil of others. Colours that are multiplied by their
// alpha are composited over black already, so the alpha can be left out.
func direct(img image.Image) (format astiav.PixelFormat, pixels []byte, stride int) {
	switch m := img.(type) {
	case *image.RGBA:
		return astiav.PixelFormatRgb0, m.Pix, m.Stride
	case *image.NRGBA:
		if m.Opaque() {
			return astiav.PixelFormatRgb0, m.Pix, m.Stride
		}
	case *image.Gray:
		return astiav.PixelFormatGray8, m.Pix, m.Stride
	case *image.Gray16:
		return astiav.PixelFormatGray16Be, m.Pix, m.Stride
	}
	return 0, nil, 0
}
