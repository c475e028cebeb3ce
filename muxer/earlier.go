package muxer

import (
	"math/bits"

	"github.com/asticode/go-astiav"
)

// earlier compares two times exactly: a·(an/ad) < b·(bn/bd), which is a·an·bd < b·bn·ad.
func earlier(a int64, aBase astiav.Rational, b int64, bBase astiav.Rational) bool {
	if a < 0 != (b < 0) {
		return a < 0
	}
	ahi, alo := bits.Mul64(magnitude(a), uint64(aBase.Num())*uint64(bBase.Den()))
	bhi, blo := bits.Mul64(magnitude(b), uint64(bBase.Num())*uint64(aBase.Den()))
	less := ahi < bhi || ahi == bhi && alo < blo
	if a < 0 {
		return bhi < ahi || ahi == bhi && blo < alo
	}
	return less
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}
