package api

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/internal/fflog"
)

// TestDropsAreLoggedOncePerPeriod drops every second frame for a while, then none, then a few
// again, and then the run ends.
func TestDropsAreLoggedOncePerPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		d := &drops{stream: 3, places: 4, journal: fflog.NewJournal(zap.New(core), nil)}
		tick := func(dropped bool) {
			if dropped {
				d.drop()
			} else {
				d.accept()
			}
			d.report()
			time.Sleep(100 * time.Millisecond)
		}
		for i := range 100 {
			tick(i%2 == 0)
		}
		require.Equal(t, 1, logs.Len(), "the period goes on")
		for range 30 {
			tick(false)
		}
		require.Equal(t, 2, logs.Len(), "the period is over")
		tick(true)
		tick(true)
		require.Equal(t, 3, logs.Len())
		d.finish()
		d.drop() // of a call that the end overtook
		d.finish()
		require.EqualValues(t, 53, d.total.Load())

		const begins = "frames are dropped, because the encoder does not keep up"
		const ended = "frames were dropped"
		for i, want := range []struct {
			text   string
			fields map[string]any
		}{
			{begins, map[string]any{"stream": int64(3), "waiting": int64(4)}},
			{ended, map[string]any{
				"stream": int64(3), "dropped": int64(50), "offered": int64(99), "during": 9800 * time.Millisecond,
			}},
			{begins, map[string]any{"stream": int64(3), "waiting": int64(4)}},
			{ended, map[string]any{
				"stream": int64(3), "dropped": int64(2), "offered": int64(2), "during": 100 * time.Millisecond,
			}},
		} {
			line := logs.All()[i]
			require.Equal(t, want.text, line.Message)
			require.Equal(t, want.fields, line.ContextMap())
		}
		require.Equal(t, 4, logs.Len())
	})
}

// A slow stream has long pauses between its frames. They do not end a period.
func TestPausesDoNotEndAPeriodOfDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		d := &drops{journal: fflog.NewJournal(zap.New(core), nil)}
		for range 20 {
			d.drop()
			time.Sleep(5 * time.Second)
			d.accept()
		}
		d.report()
		require.Equal(t, 1, logs.Len())
	})
}
