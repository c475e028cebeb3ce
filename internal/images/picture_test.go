package images

import (
	"image"
	"image/color"
	"image/color/palette"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/fault"
)

var bounds = image.Rect(0, 0, 4, 2)

// TestPictureFormats checks, for each kind of image and of encoded video, in which pixel format
// FFmpeg reads the image, and whether it reads the image itself or a copy.
func TestPictureFormats(t *testing.T) {
	plain, withAlpha := NewForm(astiav.PixelFormatYuv420P, false), NewForm(astiav.PixelFormatRgba, true)
	deep, deepAlpha := NewForm(astiav.PixelFormatGbrp16Le, false), NewForm(astiav.PixelFormatRgba64Be, true)
	rgba, nrgba := image.NewRGBA(bounds), image.NewNRGBA(bounds)
	rgba64, nrgba64 := image.NewRGBA64(bounds), image.NewNRGBA64(bounds)
	opaque := image.NewNRGBA(bounds)
	for i := range opaque.Pix {
		opaque.Pix[i] = 255
	}
	gray, gray16 := image.NewGray(bounds), image.NewGray16(bounds)
	paletted := image.NewPaletted(bounds, palette.WebSafe)
	jpeg := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio422)
	for name, c := range map[string]struct {
		img    image.Image
		form   Form
		format astiav.PixelFormat
		own    []byte // the pixels of the image; nil: a copy
	}{
		"RGBA":                   {rgba, plain, astiav.PixelFormatRgb0, rgba.Pix},
		"RGBA, alpha":            {rgba, withAlpha, astiav.PixelFormatRgba, nil},
		"NRGBA":                  {nrgba, plain, astiav.PixelFormatRgb0, nil},
		"NRGBA, opaque":          {opaque, plain, astiav.PixelFormatRgb0, opaque.Pix},
		"NRGBA, alpha":           {nrgba, withAlpha, astiav.PixelFormatRgba, nrgba.Pix},
		"NRGBA, 16 bits":         {nrgba, deep, astiav.PixelFormatRgba64Be, nil},
		"RGBA64":                 {rgba64, plain, astiav.PixelFormatRgb0, nil},
		"RGBA64, 16 bits":        {rgba64, deep, astiav.PixelFormatRgba64Be, rgba64.Pix},
		"NRGBA64, 16 bits alpha": {nrgba64, deepAlpha, astiav.PixelFormatRgba64Be, nrgba64.Pix},
		"Gray":                   {gray, plain, astiav.PixelFormatGray8, gray.Pix},
		"Gray16":                 {gray16, plain, astiav.PixelFormatGray16Be, gray16.Pix},
		"Gray16, 16 bits":        {gray16, deep, astiav.PixelFormatRgba64Be, nil},
		"Paletted":               {paletted, plain, astiav.PixelFormatRgb0, nil},
		"Paletted, palette": {
			paletted, NewForm(astiav.PixelFormatPal8, true), astiav.PixelFormatPal8, paletted.Pix,
		},
		"YCbCr": {jpeg, plain, astiav.PixelFormatYuv422P, jpeg.Y},
	} {
		t.Run(name, func(t *testing.T) {
			var scratch Scratch
			require.NoError(t, Check(c.img, 4, 2, c.form))
			picture, memory := Picture(c.img, c.form, &scratch)
			require.Equal(t, c.format.Name(), picture.Format.Name())
			require.Equal(t, unsafe.Pointer(memory[0]), picture.Planes[0])
			if c.own != nil {
				require.Same(t, &c.own[0], memory[0], "the image itself")
				return
			}
			require.Same(t, &scratch.pix[0], memory[0], "a copy")
		})
	}
}

// TestAlphaOfCopies checks the colours of copies: over black where the video has no alpha, and
// straight where it has one.
func TestAlphaOfCopies(t *testing.T) {
	half := image.NewNRGBA(bounds)
	premultiplied := image.NewRGBA(bounds)
	for y := range 2 {
		for x := range 4 {
			half.Set(x, y, color.NRGBA{200, 100, 50, 128})
			premultiplied.Set(x, y, color.NRGBA{200, 100, 50, 128})
		}
	}
	var scratch Scratch
	_, memory := Picture(half, NewForm(astiav.PixelFormatYuv420P, false), &scratch)
	require.Equal(t, []byte{100, 50, 25}, unsafe.Slice(memory[0], 3), "over black")
	_, memory = Picture(premultiplied, NewForm(astiav.PixelFormatRgba, true), &scratch)
	straight := unsafe.Slice(memory[0], 4)
	require.InDeltaSlice(t, []byte{200, 100, 50}, straight[:3], 1, "not multiplied by its alpha")
	require.Equal(t, byte(128), straight[3])
}

// TestPicturesThatAreRefused checks the errors about images that the stream cannot take.
func TestPicturesThatAreRefused(t *testing.T) {
	plain := NewForm(astiav.PixelFormatYuv420P, false)
	for name, c := range map[string]struct {
		img   image.Image
		form  Form
		field string
	}{
		"nil":                    {nil, plain, "Image"},
		"typed nil":              {(*image.Gray)(nil), plain, "Image"},
		"another size":           {image.NewGray(image.Rect(0, 0, 2, 4)), plain, "Image"},
		"too few bytes":          {&image.Gray{Rect: bounds, Stride: 4, Pix: make([]byte, 7)}, plain, "Image.Pix"},
		"a short row":            {&image.Gray{Rect: bounds, Stride: 3, Pix: make([]byte, 8)}, plain, "Image.Stride"},
		"no colour of a palette": {image.NewPaletted(bounds, nil), plain, "Image.Pix"},
		"a palette from RGB":     {image.NewRGBA(bounds), NewForm(astiav.PixelFormatPal8, true), "Image"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(c.img, 4, 2, c.form)
			var config *fault.ConfigError
			require.ErrorAs(t, err, &config)
			require.Equal(t, c.field, config.Field)
		})
	}
}
