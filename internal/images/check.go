package images

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/avloom/avloom/internal/fault"
)

// checkImage returns an error for an image of the standard library that has fewer bytes than its
// size and stride need. FFmpeg reads such images without Go's bounds checks; Go's own code would
// panic.
func checkImage(img image.Image) error {
	switch m := img.(type) {
	case *image.RGBA:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 4*m.Rect.Dx(), m.Rect.Dy())
	case *image.NRGBA:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 4*m.Rect.Dx(), m.Rect.Dy())
	case *image.RGBA64:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 8*m.Rect.Dx(), m.Rect.Dy())
	case *image.NRGBA64:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 8*m.Rect.Dx(), m.Rect.Dy())
	case *image.CMYK:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 4*m.Rect.Dx(), m.Rect.Dy())
	case *image.Gray:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, m.Rect.Dx(), m.Rect.Dy())
	case *image.Gray16:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 2*m.Rect.Dx(), m.Rect.Dy())
	case *image.Alpha:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, m.Rect.Dx(), m.Rect.Dy())
	case *image.Alpha16:
		return checkPlane("Pix", m.Pix, "Stride", m.Stride, 2*m.Rect.Dx(), m.Rect.Dy())
	case *image.Paletted:
		return checkPaletted(m)
	case *image.YCbCr:
		return checkYCbCr(m)
	case *image.NYCbCrA:
		return fault.First(checkYCbCr(&m.YCbCr), checkPlane("A", m.A, "AStride", m.AStride, m.Rect.Dx(), m.Rect.Dy()))
	default:
		return nil
	}
}

// checkPlane returns an error for a plane that is too short for its rows, or for a stride that is
// less than the bytes of a row or more than FFmpeg has numbers for.
func checkPlane(field string, plane []byte, strideField string, stride, row, rows int) error {
	switch {
	case stride < row:
		return strideError(strideField, stride, fmt.Sprintf("is less than a row of pixels, which has %d bytes", row))
	case stride > math.MaxInt32:
		return strideError(strideField, stride, fmt.Sprintf("must be at most %d bytes", math.MaxInt32))
	}
	need := (rows-1)*stride + row
	if len(plane) < need {
		reason := fmt.Sprintf("has too few bytes: %d rows with %s %d need %d", rows, strideField, stride, need)
		return &fault.ConfigError{Field: "Image." + field, Value: len(plane), Reason: reason}
	}
	return nil
}

func strideError(field string, stride int, reason string) error {
	return &fault.ConfigError{Field: "Image." + field, Value: stride, Reason: reason}
}

// checkYCbCr checks the three planes. The number of chroma columns and rows follows from the
// offsets that image/color computes for the last pixel.
func checkYCbCr(m *image.YCbCr) error {
	first, last := m.Rect.Min, m.Rect.Max.Sub(image.Pt(1, 1))
	row := m.COffset(last.X, first.Y) + 1
	lines := *m
	lines.CStride = 1
	rows := lines.COffset(first.X, last.Y) + 1
	return fault.First(
		checkPlane("Y", m.Y, "YStride", m.YStride, m.Rect.Dx(), m.Rect.Dy()),
		checkPlane("Cb", m.Cb, "CStride", m.CStride, row, rows),
		checkPlane("Cr", m.Cr, "CStride", m.CStride, row, rows),
	)
}

// checkPaletted checks the plane of indices, that no colour of the palette is nil, and that each
// index has a colour.
func checkPaletted(m *image.Paletted) error {
	if err := checkPlane("Pix", m.Pix, "Stride", m.Stride, m.Rect.Dx(), m.Rect.Dy()); err != nil {
		return err
	}
	if i := slices.IndexFunc(m.Palette, func(c color.Color) bool { return c == nil }); i >= 0 {
		return &fault.ConfigError{Field: fmt.Sprintf("Image.Palette[%d]", i), Reason: "is nil"}
	}
	for y := range m.Rect.Dy() {
		for _, index := range m.Pix[y*m.Stride:][:m.Rect.Dx()] {
			if int(index) >= len(m.Palette) {
				reason := fmt.Sprintf("is not an index of the Palette, which has %d colours", len(m.Palette))
				return &fault.ConfigError{Field: "Image.Pix", Value: index, Reason: reason}
			}
		}
	}
	return nil
}
