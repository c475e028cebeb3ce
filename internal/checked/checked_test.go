package checked

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProduct(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []int
		want  int
		ok    bool
	}{
		"none":            {nil, 1, true},
		"one":             {[]int{7}, 7, true},
		"three":           {[]int{3, 1920, 1080}, 3 * 1920 * 1080, true},
		"the largest":     {[]int{math.MaxInt, 1}, math.MaxInt, true},
		"nothing":         {[]int{0, math.MaxInt}, 0, true},
		"one too many":    {[]int{1 << 62, 2}, 0, false},
		"wraps to 0":      {[]int{1 << 32, 1 << 32}, 0, false},
		"wraps to little": {[]int{1<<32 + 1, 1 << 32}, 0, false},
		"negative":        {[]int{-1, -1}, 0, false},
		"negative nought": {[]int{0, -1}, 0, false},
		"least":           {[]int{math.MinInt}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := Product(c.sizes...)
			require.Equal(t, c.want, got)
			require.Equal(t, c.ok, ok)
		})
	}
}

// FuzzChecked compares with numbers that have no end.
func FuzzChecked(f *testing.F) {
	f.Add(1920, 1080, 3)
	f.Add(math.MaxInt, 1, 1)
	f.Add(1<<32, 1<<31, 2)
	f.Add(-1, 0, math.MinInt)
	f.Fuzz(func(t *testing.T, a, b, c int) {
		large := func(n int) *big.Int { return big.NewInt(int64(n)) }
		negative := a < 0 || b < 0 || c < 0
		check := func(got int, ok bool, want *big.Int) {
			t.Helper()
			fits := want.IsInt64() && !negative
			if fits != ok || ok && large(got).Cmp(want) != 0 {
				t.Errorf("%d, %v of %d, %d and %d; it is %v", got, ok, a, b, c, want)
			}
		}
		ab := new(big.Int).Mul(large(a), large(b))
		sum, sumOK := Sum(a, b, c)
		check(sum, sumOK, new(big.Int).Add(new(big.Int).Add(large(a), large(b)), large(c)))
		if product, ok := Product(a, b, c); ab.IsInt64() {
			check(product, ok, ab.Mul(ab, large(c)))
		} else if ok {
			t.Errorf("%d of %d and %d and %d", product, a, b, c)
		}
	})
}
