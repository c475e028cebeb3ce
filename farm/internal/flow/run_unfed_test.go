package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// TestRunUnfed has a client that dies before it has handed over all jobs: the run makes what it
// has, and ends a day after the last sign of life. One that comes while it still makes jobs keeps
// it.
func TestRunUnfed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signal = func(id, _ string, _ any) error {
		batch, late := batchOf(t, id), 48*time.Hour
		if batch == 0 {
			late = time.Minute
		}
		w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.EndedSignal, done(batch)) }, late)
		return nil
	}
	state := flow.RunState{Settings: settings}
	state.Settings.Handover = 24 * time.Hour
	var told flow.RunProgress
	for _, s := range []struct {
		after time.Duration
		fed   flow.Fed
	}{
		{time.Hour, flow.Fed{Batches: 1, Jobs: 10}}, // then nothing for 23 h 30
		{24*time.Hour + 30*time.Minute, flow.Fed{}},
		{25 * time.Hour, flow.Fed{Batches: 2, Jobs: 20}}, // the second one takes until 73 h
		{60 * time.Hour, flow.Fed{}},
	} {
		w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.FedSignal, s.fed) }, s.after)
	}
	w.RegisterDelayedCallback(func() {
		answer, err := w.QueryWorkflow(flow.ProgressQuery)
		require.NoError(t, err)
		require.NoError(t, answer.Get(&told))
	}, 70*time.Hour)
	details := func(after time.Duration, contains string) {
		w.RegisterDelayedCallback(func() {
			var metadata sdkpb.WorkflowMetadata
			answer, err := w.QueryWorkflow("__temporal_workflow_metadata")
			require.NoError(t, err)
			require.NoError(t, answer.Get(&metadata))
			require.Contains(t, metadata.GetCurrentDetails(), contains)
			require.Equal(t, contains == "", metadata.GetCurrentDetails() == "")
		}, after)
	}
	details(2*time.Minute, "")
	details(20*time.Hour, "Start it again with the same jobs, or cancel the run.")
	details(24*time.Hour+31*time.Minute, "")
	began := w.Now()
	w.ExecuteWorkflow(flow.RunWorkflow, state)
	require.True(t, told.Heard.Equal(began.Add(60*time.Hour)), "%v", told.Heard)
	require.False(t, told.Fed.Complete)
	var app *temporal.ApplicationError
	require.ErrorAs(t, w.GetWorkflowError(), &app)
	require.Equal(t, flow.ErrUnfed, app.Type())
	require.ErrorContains(t, app, "no sign of life for 24h0m0s; 20 jobs were handed over until then")
	var end flow.RunEnd
	require.NoError(t, app.Details(&end))
	require.Equal(t, flow.RunEnd{
		Fed: flow.Fed{Batches: 2, Jobs: 20}, Counts: flow.Counts{Done: 20, Frames: 20}, Took: 84 * time.Hour,
	}, end)
}
