package plan

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The times of cues are rounded to the nearest 1/90000 s, however late they are. From 28 hours on,
// nanoseconds times 90000 do not fit into 64 bits.
func TestCueTimes(t *testing.T) {
	t.Parallel()
	const far = 102_481_911_520_608 // nanoseconds that times 90000 just fit
	for _, c := range []struct {
		time time.Duration
		want int64
	}{
		{5_555, 0},
		{5_556, 1},
		{time.Second, 90_000},
		{far - 3_000, 9_223_372_037},
		{far, 9_223_372_037},
		{100*time.Hour + 5_556, 100*3600*90_000 + 1},
		{math.MaxInt64, 830_103_483_316_930},
	} {
		cue, err := NewCue(Cue{End: c.time, Text: "x"})
		if c.want > 0 {
			require.NoError(t, err)
		}
		assert.Equal(t, c.want, cue.End, "%d ns", c.time)
	}
}
