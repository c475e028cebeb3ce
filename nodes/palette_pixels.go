package nodes

import (
	"bytes"
	"unsafe"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

const (
	opaque           = 0xff000000 // the alpha of a pixel of bgra
	transparentIndex = 255        // of palettegen, if it reserves a transparent colour
)

// colorOf returns the address of a colour in the palette of a picture.
func colorOf(f pipeline.Frame, index int) *uint32 {
	return (*uint32)(unsafe.Add(astiavx.Plane(f.Frame, 1), 4*index))
}

// pixelRow returns row y of a picture of size bytes per pixel.
func pixelRow(f pipeline.Frame, y, width, size int) []byte {
	start := unsafe.Add(astiavx.Plane(f.Frame, 0), y*stridesOf(f)[0])
	return unsafe.Slice((*byte)(start), width*size)
}

// pixelsOfRow returns row y of a picture of bgra.
func pixelsOfRow(f pipeline.Frame, y, width int) []uint32 {
	start := unsafe.Add(astiavx.Plane(f.Frame, 0), y*stridesOf(f)[0])
	return unsafe.Slice((*uint32)(start), width)
}

// bgra returns a pixel of rgb24 as one of bgra, without alpha.
func bgra(rgb []byte) uint32 { return uint32(rgb[0])<<16 | uint32(rgb[1])<<8 | uint32(rgb[2]) }

// copyPixels copies the rows of a picture of bgra.
func copyPixels(to, from pipeline.Frame, width, height int) {
	for y := range height {
		copy(pixelsOfRow(to, y, width), pixelsOfRow(from, y, width))
	}
}

// unpackPixels makes bgra of rgb24.
func unpackPixels(to, from pipeline.Frame, width, height int) {
	for y := range height {
		unpackRow(pixelsOfRow(to, y, width), pixelRow(from, y, width, 3))
	}
}

func unpackRow(to []uint32, from []byte) {
	for x := range to {
		to[x] = opaque | bgra(from[3*x:3*x+3])
	}
}

// unpackChanges makes bgra of rgb24. The pixels that are those of the picture before become
// transparent. Palettegen counts the colours of transparent pixels too, so they get the colour of
// one that changed.
func unpackChanges(to, from, before pipeline.Frame, width, height int) {
	filling := firstChange(from, before, width, height)
	for y := range height {
		out := pixelsOfRow(to, y, width)
		row, earlier := pixelRow(from, y, width, 3), pixelRow(before, y, width, 3)
		if bytes.Equal(row, earlier) {
			for x := range out {
				out[x] = filling
			}
			continue
		}
		for x := range out {
			pixel := bgra(row[3*x : 3*x+3])
			out[x] = opaque | pixel
			if pixel == bgra(earlier[3*x:3*x+3]) {
				out[x] = filling
			}
		}
	}
}

// firstChange returns the first pixel that is not the one of the picture before, without alpha; 0:
// there is none.
func firstChange(from, before pipeline.Frame, width, height int) uint32 {
	for y := range height {
		row, earlier := pixelRow(from, y, width, 3), pixelRow(before, y, width, 3)
		if bytes.Equal(row, earlier) {
			continue
		}
		for x := range width {
			if pixel := bgra(row[3*x : 3*x+3]); pixel != bgra(earlier[3*x:3*x+3]) {
				return pixel
			}
		}
	}
	return 0
}
