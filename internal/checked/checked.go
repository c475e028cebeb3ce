// Package checked computes sizes that somebody else decides about, and says when they are more than a number can hold.
package checked

import (
	"math"
	"math/bits"
)

// Product multiplies sizes. False: one of the sizes is negative, or the product of those up to one of them is more than an int holds. The product of none
// is 1.
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

// Sum adds sizes. False: one of the sizes is negative, or the sum is more than an int holds.
func Sum(sizes ...int) (sum int, ok bool) {
	for _, n := range sizes {
		if n < 0 || sum > math.MaxInt-n {
			return 0, false
		}
		sum += n
	}
	return sum, true
}
