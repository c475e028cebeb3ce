package rgbyuv

// FixedPoint is what the kernels compute with, for one that runs elsewhere: multiples of 1/65536 for R, G and B, of which those with a minus
// are subtracted, and the offsets of luma and chroma, with their rounding, in multiples of 1/256.
type FixedPoint struct {
	Y      [3]uint16 // R, G, B
	U      [3]uint16 // -R, -G, B
	V      [3]uint16 // R, -G, -B
	Y0, C0 uint16
}

// FixedPoint returns what the kernels of this configuration compute with.
func (c Config) FixedPoint() FixedPoint {
	k := newCoefficients(c.Matrix, c.Range)
	return FixedPoint{Y: k.y, U: k.u, V: k.v, Y0: k.y0, C0: k.c0}
}
