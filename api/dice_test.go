package api_test

import "math"

// dice makes values of the bytes of a fuzz target. When they run out it makes zeros, and the first
// of each list.
type dice struct{ left []byte }

func (d *dice) byte() byte {
	if len(d.left) == 0 {
		return 0
	}
	b := d.left[0]
	d.left = d.left[1:]
	return b
}

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int {
	if n <= 256 {
		return int(d.byte()) % n
	}
	return (int(d.byte())<<8 + int(d.byte())) % n
}

// pick returns one of these, or sometimes a text of its own making.
func (d *dice) pick(of ...string) string {
	b := int(d.byte())
	if b < 251 || len(d.left) == 0 {
		return of[b%len(of)]
	}
	return d.text()
}

func (d *dice) text() string {
	n := min(int(d.byte()), len(d.left))
	text := string(d.left[:n])
	d.left = d.left[n:]
	return text
}

// number returns a whole number: mostly one of those that are of use, sometimes one that is not.
func (d *dice) number(of ...int) int {
	extremes := []int{-1, 0, 1, math.MaxInt, math.MinInt, math.MaxInt32, 1 << 32, 1<<31 + 1, 1 << 20, 65537}
	b := int(d.byte())
	if b < 250 {
		return of[b%len(of)]
	}
	return extremes[b%len(extremes)]
}

// real does the same for numbers that need not be whole.
func (d *dice) real(of ...float64) float64 {
	extremes := []float64{
		math.NaN(),
		math.Inf(1),
		math.Inf(-1),
		math.MaxFloat64,
		math.SmallestNonzeroFloat64,
		-1,
		0,
		1 << 31,
		1e-6,
		0.5,
	}
	b := int(d.byte())
	if b < 250 {
		return of[b%len(of)]
	}
	return extremes[b%len(extremes)]
}
