package plan

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFrameRate(t *testing.T) {
	for _, c := range []struct {
		rate     float64
		num, den int
	}{
		{30, 30, 1},
		{29.97, 2997, 100},
		{30000.0 / 1001, 30000, 1001},
		{23.976, 2997, 125},
		{24000.0 / 1001, 24000, 1001},
		{59.94, 2997, 50},
		{60000.0 / 1001, 60000, 1001},
		{0.5, 1, 2},
		{1000, 1000, 1},
		{1.0 / 3, 1, 3},
		{12.5, 25, 2},
		{0.001, 1, 1000},
		{math.MaxInt32, math.MaxInt32, 1},
	} {
		got, ok := nearestFraction(c.rate)
		require.True(t, ok, c.rate)
		require.Equal(t, [2]int{c.num, c.den}, [2]int{got.Num(), got.Den()}, c.rate)
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 1e-300, 5e-324} {
		_, ok := nearestFraction(bad)
		require.False(t, ok, bad)
	}
}

func TestEveryFractionIsFoundAgain(t *testing.T) {
	for den := 1; den <= 1001; den += 7 {
		for num := 1; num <= 120000; num += 9973 {
			got, ok := nearestFraction(float64(num) / float64(den))
			require.True(t, ok)
			require.Equal(t, num*got.Den(), den*got.Num(), "%d/%d", num, den)
		}
	}
}
