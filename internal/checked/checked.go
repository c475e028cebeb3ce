// Package checked computes products and sums of sizes, and detects overflow.
//
// It serves sizes that a caller gives, such as a picture's width and height: without a check, a
// product that overflows passes the checks that follow. It knows no limits but those of int. To add
// an operation, write a function that returns false instead of a wrong number, and test it at its
// limits.
package checked

import (
	"math"
	"math/bits"
)

// Product returns the product of sizes; 1 if there are none. It returns false if a size is
// negative, or if the product of the first sizes, up to any of them, is larger than the largest
// int.
func Product(sizes ...int) (product int, ok bool) {
	product = 1
	for _, n := range sizes {
		high, low := bits.Mul64(uint64(product), uint64(n))
		if n < 0 || high != 0 || low > math.MaxInt {
			return 0, false
		}
		product = int(low)
	}
	return product, true
}

// Sum returns the sum of sizes. It returns false if a size is negative, or if the sum is larger
// than the largest int.
func Sum(sizes ...int) (sum int, ok bool) {
	for _, n := range sizes {
		if n < 0 || sum > math.MaxInt-n {
			return 0, false
		}
		sum += n
	}
	return sum, true
}
