package rgbyuv

import (
	"image/color"
	"math"
	"unsafe"
)

// Reference converts by the formulas of the standards, in floating point, without rounding. Sample
// (x, y) of a plane is at y*width+x. Tests compare Convert with it.
func Reference(cfg Config, src Planes, width, height int) [3][]float64 {
	ry, ru, rv := exact(cfg.Matrix, cfg.Range)
	y0 := scales[cfg.Range].y0
	pixel := func(x, y int) [3]float64 { return cfg.Input.pixel(src, clamp(x, width), clamp(y, height)) }

	var out [3][]float64
	if cfg.Output == RGB {
		for i := range width * height {
			for c, v := range pixel(i%width, i/width) {
				out[c] = append(out[c], v)
			}
		}
		return out
	}
	for y := range height {
		for x := range width {
			out[0] = append(out[0], sample(ry, y0, pixel(x, y)))
		}
	}
	switch cfg.Output {
	case I444:
		for y := range height {
			for x := range width {
				out[1] = append(out[1], sample(ru, 128, pixel(x, y)))
				out[2] = append(out[2], sample(rv, 128, pixel(x, y)))
			}
		}
	case I420, NV12:
		second := 2
		if cfg.Output == NV12 {
			second = 1
		}
		for y := 0; y < height; y += 2 {
			for x := 0; x < width; x += 2 {
				rgb := cfg.Siting.average(pixel, x, y)
				out[1] = append(out[1], sample(ru, 128, rgb))
				out[second] = append(out[second], sample(rv, 128, rgb))
			}
		}
	}
	return out
}

// sample applies a row of the matrix, and limits the result to 0 to 255.
func sample(row [3]float64, offset float64, rgb [3]float64) float64 {
	return math.Max(0, math.Min(255, offset+row[0]*rgb[0]+row[1]*rgb[1]+row[2]*rgb[2]))
}

// pixel returns R, G and B of a pixel.
func (i Input) pixel(src Planes, x, y int) (rgb [3]float64) {
	l := layouts[i]
	if l.step == 0 {
		return l.jpeg(src, x, y)
	}
	for c, at := range l.order {
		plane, offset := 0, at
		if i == PlanarRGB {
			plane, offset = at, 0
		}
		rgb[c] = float64(*(*uint8)(unsafe.Add(src.Data[plane], y*src.Stride[plane]+x*l.step+offset)))
	}
	return rgb
}

// jpeg converts Y, Cb and Cr to R, G and B, as ITU-T T.871 defines it, rounded as in Go's
// image/color.
func (l layout) jpeg(src Planes, x, y int) (rgb [3]float64) {
	at := func(plane, x, y int) uint8 { return *(*uint8)(unsafe.Add(src.Data[plane], y*src.Stride[plane]+x)) }
	cx, cy := (x+src.Phase[0])>>l.shift[0], (y+src.Phase[1])>>l.shift[1]
	r, g, b := color.YCbCrToRGB(at(0, x, y), at(1, cx, cy), at(2, cx, cy))
	return [3]float64{float64(r), float64(g), float64(b)}
}

// average returns the weighted average of the pixels around a chroma sample; (x, y) is the top left
// pixel of its block.
func (s Siting) average(pixel func(x, y int) [3]float64, x, y int) (sum [3]float64) {
	across, down := []float64{0, .5, .5}, []float64{0, .5, .5} // weights of the pixels before, at and after x or y
	if s != Centre {
		across = []float64{.25, .5, .25}
	}
	if s == TopLeft {
		down = []float64{.25, .5, .25}
	}
	for j, wy := range down {
		for i, wx := range across {
			for c, v := range pixel(x+i-1, y+j-1) {
				sum[c] += wx * wy * v
			}
		}
	}
	return sum
}

func clamp(v, size int) int { return max(0, min(size-1, v)) }
