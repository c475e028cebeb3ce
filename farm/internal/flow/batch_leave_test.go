package flow_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm/internal/flow"
)

// TestBatchOfAnEndedRun: a batch of which its run does not know, or whose run was terminated, ends,
// and does not wait for its leave for ever.
func TestBatchOfAnEndedRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.there = func(string) (bool, error) { return w.count("presence r") < 2, nil }
	begin := w.Now()
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(3)})
	require.Equal(t, flow.Counts{Stopped: 3}, cancelled[flow.BatchEnd](w).Counts)
	require.Equal(t, 3*time.Hour, w.Now().Sub(begin))
	require.Zero(t, w.count("make j0"))
}

// TestBatchWaitsLong: a batch waits as long as its run goes on, also while the server does not
// answer.
func TestBatchWaitsLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.there = func(string) (bool, error) {
		if w.count("presence r") > 3 {
			return false, errors.New("the server is away")
		}
		return true, nil
	}
	w.RegisterDelayedCallback(w.leave, 100*time.Hour)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(3)})
	require.Equal(t, 3, value[flow.BatchEnd](w).Counts.Done)
}
