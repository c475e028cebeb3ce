package rgbyuv

// FixedPoint holds the numbers with which the kernels compute, for kernels that run elsewhere. The
// coefficients of R, G and B are in multiples of 1/65536; those with a minus are subtracted. The
// offsets of luma and chroma are in multiples of 1/256, and include the rounding.
type FixedPoint struct {
	Y      [3]uint16 // R, G, B
	U      [3]uint16 // -R, -G, B
	V      [3]uint16 // R, -G, -B
	Y0, C0 uint16
}

// FixedPoint returns the numbers with which the kernels of this configuration compute.
func (c Config) FixedPoint() FixedPoint {
	k := newCoefficients(c.Matrix, c.Range)
	return FixedPoint{Y: k.y, U: k.u, V: k.v, Y0: k.y0, C0: k.c0}
}
