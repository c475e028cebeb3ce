package muxer

import (
	"fmt"
	"math/big"

	"github.com/asticode/go-astiav"
)

// times returns the moment n times as far from 0.
func (m Moment) times(n int64) Moment { return Moment{m.Ticks * n, m.Base} }

// firstTick returns the first tick of a time base that is not before the moment.
func (m Moment) firstTick(base astiav.Rational) int64 {
	ticks, rest := divide(m, Moment{1, base})
	if rest {
		ticks++
	}
	return ticks
}

// fitsInto returns how many times the time from 0 to the moment fits into that to another one.
func (m Moment) fitsInto(other Moment) int64 {
	n, _ := divide(other, m)
	return n
}

// divide returns a/b, rounded down, and whether it was rounded.
func divide(a, b Moment) (quotient int64, rounded bool) {
	product := func(ticks int64, factors ...int) *big.Int {
		p := big.NewInt(ticks)
		for _, f := range factors {
			p.Mul(p, big.NewInt(int64(f)))
		}
		return p
	}
	over := product(a.Ticks, a.Base.Num(), b.Base.Den())
	rest := new(big.Int)
	over.DivMod(over, product(b.Ticks, b.Base.Num(), a.Base.Den()), rest)
	return over.Int64(), rest.Sign() != 0
}

// String returns the moment in seconds, for errors.
func (m Moment) String() string { return fmt.Sprintf("%.3f s", float64(m.Ticks)*m.Base.Float64()) }
