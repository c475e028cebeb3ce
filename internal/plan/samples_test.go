package plan

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSampleNearest compares with rational numbers of any size, at times up to the last that a
// Duration can hold, and checks that the time which is told of a sample leads back to it.
func TestSampleNearest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, rate := range []int64{1, 3, 8000, 11025, 44100, 48000, 192000, maxSampleRate - 1, maxSampleRate} {
		times := []time.Duration{0, 1, time.Second - 1, time.Second, math.MaxInt64 - 1, math.MaxInt64}
		for range 2000 {
			times = append(times, time.Duration(random.Int64()>>random.IntN(63)))
		}
		for _, at := range times {
			exact := new(big.Int).Mul(big.NewInt(int64(at)), big.NewInt(rate))
			exact.Add(exact, big.NewInt(5e8)).Div(exact, big.NewInt(1e9))
			sample := NearestTick(at, rate)
			require.Equal(t, exact.Int64(), sample, "%v at %d Hz", at, rate)
			if back := timeOfSample(sample, rate); back >= 0 { // the last one may lie beyond what a Duration can hold
				require.Equal(t, sample, NearestTick(back, rate), "%v at %d Hz", at, rate)
			}
		}
	}
}
