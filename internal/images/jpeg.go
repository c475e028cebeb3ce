package images

import (
	"image"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// jpegForms tell for each ratio of image.YCbCr which pixel format has it, and how many columns and
// rows a chroma sample serves.
var jpegForms = map[image.YCbCrSubsampleRatio]struct {
	format        astiav.PixelFormat
	columns, rows int
}{
	image.YCbCrSubsampleRatio444: {astiav.PixelFormatYuv444P, 1, 1},
	image.YCbCrSubsampleRatio422: {astiav.PixelFormatYuv422P, 2, 1},
	image.YCbCrSubsampleRatio420: {astiav.PixelFormatYuv420P, 2, 2},
	image.YCbCrSubsampleRatio440: {astiav.PixelFormatYuv440P, 1, 2},
	image.YCbCrSubsampleRatio411: {astiav.PixelFormatYuv411P, 4, 1},
	image.YCbCrSubsampleRatio410: {astiav.PixelFormatYuv410P, 4, 2},
}

// asJPEG returns the Y, Cb and Cr of an image that has no alpha, or only an opaque one, and whose
// chroma samples all serve blocks of equal size. In an image that begins at negative coordinates
// they do not: package image divides coordinates towards zero, so that the samples around 0 serve
// more pixels.
func asJPEG(img image.Image) (*image.YCbCr, bool) {
	m, ok := img.(*image.YCbCr)
	if alpha, has := img.(*image.NYCbCrA); has && alpha.Opaque() {
		m, ok = &alpha.YCbCr, true
	}
	if !ok {
		return nil, false
	}
	form, known := jpegForms[m.SubsampleRatio]
	return m, known && (form.columns == 1 || m.Rect.Min.X >= 0) && (form.rows == 1 || m.Rect.Min.Y >= 0)
}

// jpegPicture returns a picture that refers to the planes of an image, and the addresses of the
// planes.
func jpegPicture(m *image.YCbCr) (pipeline.Input, [3]*byte) {
	memory := [3]*byte{unsafe.SliceData(m.Y), unsafe.SliceData(m.Cb), unsafe.SliceData(m.Cr)}
	form := jpegForms[m.SubsampleRatio]
	picture := pipeline.Input{
		Format: form.format, JPEG: true, Phase: [2]int{m.Rect.Min.X, m.Rect.Min.Y},
		Strides: [4]int{m.YStride, m.CStride, m.CStride},
	}
	picture.Phase[0] = max(0, picture.Phase[0]) % form.columns
	picture.Phase[1] = max(0, picture.Phase[1]) % form.rows
	for i, p := range memory {
		picture.Planes[i] = unsafe.Pointer(p)
	}
	return picture, memory
}
