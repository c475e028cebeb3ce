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

// image returns a picture that refers to the pixels of an image, or to those of a copy where FFmpeg does not know their form.
func (p *videoPlan) image(img image.Image) (picture pipeline.Input, pixels []byte, err error) {
	if v := reflect.ValueOf(img); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return picture, nil, &ConfigError{Field: "Image", Reason: "is nil"}
	}
	bounds := img.Bounds()
	if size := bounds.Size(); size != image.Pt(p.cfg.Width, p.cfg.Height) {
		return picture, nil, &ConfigError{
			Field: "Image", Value: fmt.Sprintf("%d×%d", size.X, size.Y), Reason: fmt.Sprintf("the stream's frames have %d×%d pixels", p.cfg.Width, p.cfg.Height),
		}
	}
	if err := checkImage(img); err != nil {
		return picture, nil, err
	}
	format, pixels, stride := direct(img)
	if pixels == nil {
		rgba := image.NewRGBA(bounds)
		draw.Draw(rgba, bounds, img, bounds.Min, draw.Src)
		format, pixels, stride = direct(rgba)
	}
	return pipeline.Input{
		Format: format, Planes: [4]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(pixels))}, Strides: [4]int{stride},
	}, pixels, nil
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
