package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// colorSum is the sum of the pixels that have the same index.
type colorSum struct{ r, g, b, pixels uint64 }

// mean returns the average, rounded, without alpha.
func (s *colorSum) mean() uint32 {
	rounded := func(sum uint64) uint32 { return uint32((sum + s.pixels/2) / s.pixels) }
	return rounded(s.r)<<16 | rounded(s.g)<<8 | rounded(s.b)
}

// averageColors makes each colour of a palette the average of the pixels in the picture that have
// its index: of all colours, that one differs least from them. Palettegen computes averages too, in
// Oklab with rounded numbers, and a palette of all colours of a picture is not exact there. A
// transparent colour stays as it is.
func averageColors(indexed, picture pipeline.Frame, width, height int) {
	sums := sumColors(indexed, picture, width, height)
	for i := range sums {
		color := colorOf(indexed, i)
		if sums[i].pixels > 0 && *color&opaque != 0 {
			*color = opaque | sums[i].mean()
		}
	}
}

// sumColors adds up the pixels of each index. The picture is rgb24 or bgra.
func sumColors(indexed, picture pipeline.Frame, width, height int) (sums [256]colorSum) {
	size, red, blue := 3, 0, 2
	if picture.PixelFormat() == astiav.PixelFormatBgra {
		size, red, blue = 4, 2, 0
	}
	for y := range height {
		pixels := pixelRow(picture, y, width, size)
		for x, index := range pixelRow(indexed, y, width, 1) {
			pixel, sum := pixels[size*x:size*x+3], &sums[index]
			sum.r += uint64(pixel[red])
			sum.g += uint64(pixel[1])
			sum.b += uint64(pixel[blue])
			sum.pixels++
		}
	}
	return sums
}
