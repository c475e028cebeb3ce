package stopwatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpansThatOverlapAndGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Watch
		require.Zero(t, w.Total())
		time.Sleep(time.Hour)
		require.Zero(t, w.Total(), "nothing has begun")
		w.Begin()
		time.Sleep(2 * time.Second)
		require.Equal(t, 2*time.Second, w.Total(), "the span goes on")
		w.Begin()
		time.Sleep(3 * time.Second)
		require.Equal(t, 8*time.Second, w.Total(), "two at once")
		w.End()
		time.Sleep(time.Second)
		w.End()
		time.Sleep(time.Hour)
		require.Equal(t, 9*time.Second, w.Total(), "both have ended")
	})
}
