package rgbyuv

import "math"

// luma is the share of R and B in Y; the share of G is the rest.
type luma struct{ r, b float64 }

var lumas = [numMatrices]luma{BT601: {.299, .114}, BT709: {.2126, .0722}, BT2020: {.2627, .0593}}

// scale is the span of Y from black to white and the span of chroma, each as a share of 255, and
// the value of black.
type scale struct{ y, c, y0 float64 }

var scales = [numRanges]scale{Limited: {219. / 255, 224. / 255, 16}, Full: {1, 1, 0}}

// exact returns the rows of the matrix for Y, U and V of R, G and B, including the range.
func exact(m Matrix, r Range) (y, u, v [3]float64) {
	l, s := lumas[m], scales[r]
	k := [3]float64{l.r, 1 - l.r - l.b, l.b}
	for i := range k {
		y[i] = s.y * k[i]
		u[i] = -s.c / 2 * k[i] / (1 - l.b)
		v[i] = -s.c / 2 * k[i] / (1 - l.r)
	}
	u[2], v[0] = s.c/2, s.c/2
	return y, u, v
}

// coefficients are the rows of the matrix as the kernels take them: in multiples of 1/65536,
// without signs. The offsets of Y and of chroma, y0 and c0, are in multiples of 1/256, and include
// the rounding.
type coefficients struct {
	y, u, v [3]uint16
	y0, c0  uint16
}

// unit is 1 as a coefficient. maxChroma is the largest coefficient of chroma: a half, less the
// amount that keeps 128 + 255.5/2, of pure blue or red with full range, below 256.
const (
	unit      = 1 << 16
	maxChroma = unit/2 - 1
)

// newCoefficients rounds so that greys stay exact: G takes the rounding errors of R and B, so that
// the rows of chroma sum to 0 and the row of Y sums to the range. Each product is truncated by up
// to 1/256, half of that on average; y0 adds 1/256 to compensate. With that, no grey of any matrix
// and range is rounded the wrong way.
func newCoefficients(m Matrix, r Range) coefficients {
	y, u, v := exact(m, r)
	c := coefficients{
		y:  [3]uint16{fixed(y[0]), 0, fixed(y[2])},
		u:  [3]uint16{fixed(-u[0]), 0, min(fixed(u[2]), maxChroma)},
		v:  [3]uint16{min(fixed(v[0]), maxChroma), 0, fixed(-v[2])},
		y0: uint16(scales[r].y0)<<8 + 128 + 1,
		c0: 128<<8 + 128,
	}
	c.y[1] = uint16(int(math.Round(scales[r].y*unit)) - int(c.y[0]) - int(c.y[2]))
	c.u[1] = c.u[2] - c.u[0]
	c.v[1] = c.v[0] - c.v[2]
	return c
}

func fixed(f float64) uint16 { return uint16(math.Round(f * unit)) }
