package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm/internal/flow"
)

const batches = 40

// batchOf returns the index of the batch that has an ID.
func batchOf(t *testing.T, id string) (batch int) {
	t.Helper()
	_, err := fmt.Sscanf(id, "r/%06d", &batch)
	require.NoError(t, err)
	return batch
}

// done says that all jobs of a batch have made their files.
func done(batch int) flow.BatchState {
	return flow.BatchState{Batch: batch, Ended: true, Counts: flow.Counts{Done: 10, Frames: 10}}
}

// fedRun is the state of a run that has all of its batches, of 10 jobs each.
func fedRun() flow.RunState {
	return flow.RunState{Settings: settings, Fed: flow.Fed{Batches: batches, Jobs: 10 * batches, Complete: true}}
}

// TestRunWithoutJobs checks that a run ends that gets no job.
func TestRunWithoutJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.FedSignal, flow.Fed{Complete: true}) }, time.Hour)
	w.ExecuteWorkflow(flow.RunWorkflow, flow.RunState{Settings: settings})
	end := value[flow.RunEnd](w)
	require.Equal(t, flow.RunEnd{Fed: flow.Fed{Complete: true}, Took: time.Hour}, end)
}

// TestRunGivesLeave checks how many batches may begin at a time: those of which half the jobs have
// ended make place for others, and so do ended ones. Each gets leave once.
func TestRunGivesLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting, most, open := 0, 0, 0
	w.signal = func(id, name string, _ any) error {
		require.Equal(t, flow.LeaveSignal, name)
		waiting++
		open++
		most = max(most, waiting)
		batch := batchOf(t, id)
		w.RegisterDelayedCallback(func() {
			waiting--
			w.SignalWorkflow(flow.HalfSignal, batch)
			w.SignalWorkflow(flow.HalfSignal, batch) // twice is as once
		}, time.Minute)
		w.RegisterDelayedCallback(func() {
			w.SignalWorkflow(flow.EndedSignal, done(batch))
			w.SignalWorkflow(flow.EndedSignal, done(batch))
		}, 5*time.Minute)
		return nil
	}
	w.RegisterDelayedCallback(func() {
		require.Equal(t, 16, open)
		var progress flow.RunProgress
		answer, err := w.QueryWorkflow(flow.ProgressQuery)
		require.NoError(t, err)
		require.NoError(t, answer.Get(&progress))
		require.Len(t, progress.Open, 16)
		require.Equal(t, 10*batches, progress.Fed.Jobs)
	}, 30*time.Second)
	w.RegisterDelayedCallback(func() { require.Equal(t, 32, open) }, 90*time.Second)
	w.ExecuteWorkflow(flow.RunWorkflow, fedRun())
	end := value[flow.RunEnd](w)
	require.Equal(t, flow.Counts{Done: 10 * batches, Frames: 10 * batches}, end.Counts)
	require.Equal(t, 16, most)
	for batch := range batches {
		require.Equal(t, 1, w.count("go "+flow.BatchID("r", batch)))
	}
}

// TestRunGetsBatchesLate checks that a run waits for a client that hands its batches over later, in
// signals that overtake each other.
func TestRunGetsBatchesLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signal = func(id, _ string, _ any) error {
		w.SignalWorkflow(flow.EndedSignal, done(batchOf(t, id)))
		return nil
	}
	for i, fed := range []flow.Fed{{Batches: 1, Jobs: 10}, {Batches: 3, Jobs: 30, Complete: true}, {Batches: 2, Jobs: 20}} {
		w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.FedSignal, fed) }, time.Duration(i)*time.Hour)
	}
	w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.EndedSignal, done(2)) }, time.Minute) // before its leave
	w.ExecuteWorkflow(flow.RunWorkflow, flow.RunState{Settings: settings})
	end := value[flow.RunEnd](w)
	require.Equal(t, 30, end.Fed.Jobs)
	require.Equal(t, 30, end.Counts.Done)
	require.Zero(t, w.count("go r/000002"))
}

// TestRunContinues checks that a run goes on with a new history as if it were the old one.
func TestRunContinues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.HalfSignal, 3) }, time.Second)
	w.RegisterDelayedCallback(func() {
		w.SetContinueAsNewSuggested(true)
		w.SignalWorkflow(flow.EndedSignal, done(0))
		w.SignalWorkflow(flow.EndedSignal, done(1))
		w.SignalWorkflow(flow.EndedSignal, done(39)) // cancelled by hand before its leave
	}, time.Minute)
	w.ExecuteWorkflow(flow.RunWorkflow, fedRun())
	state := continued[flow.RunState](w)
	require.Equal(t, 20, state.Counts.Done)
	require.Len(t, state.Early, 1)
	require.Equal(t, flow.OpenBatch{Batch: 3, Half: true}, state.Open[1])
	begun := state.Next

	w = newWorld(t)
	w.signal = func(id, _ string, _ any) error {
		w.SignalWorkflow(flow.EndedSignal, done(batchOf(t, id)))
		return nil
	}
	w.RegisterDelayedCallback(func() {
		for _, open := range state.Open {
			w.SignalWorkflow(flow.EndedSignal, done(open.Batch))
		}
	}, time.Minute)
	w.ExecuteWorkflow(flow.RunWorkflow, state)
	end := value[flow.RunEnd](w)
	require.Equal(t, flow.Counts{Done: 10 * batches, Frames: 10 * batches}, end.Counts)
	require.Greater(t, end.Took, time.Minute)
	require.Zero(t, w.count("go "+flow.BatchID("r", begun-1)))
	require.Equal(t, 1, w.count("go "+flow.BatchID("r", begun)))
}

// TestRunCancelled checks that all batches are cancelled, those that wait for leave, too, and that
// the run ends when they have.
func TestRunCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := fedRun()
	state.Fed.Complete = false
	w.cancel = func(id string) error {
		end := flow.BatchState{Batch: batchOf(t, id), Ended: true, Counts: flow.Counts{Done: 1, Stopped: 9}}
		w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.EndedSignal, end) }, time.Second)
		return nil
	}
	w.RegisterDelayedCallback(w.CancelWorkflow, time.Hour)
	w.ExecuteWorkflow(flow.RunWorkflow, state)
	end := cancelled[flow.RunEnd](w)
	require.Equal(t, flow.Counts{Done: batches, Stopped: 9 * batches}, end.Counts)
	require.Equal(t, time.Hour+time.Second, end.Took)
	for batch := range batches {
		require.Equal(t, 1, w.count("cancel "+flow.BatchID("r", batch)))
	}
}

// TestRunContinuesAlive checks that a client's signs of life alone, of which there are thousands if
// its jobs come slowly, do not make a history that is too long, and that the next one knows them.
func TestRunContinuesAlive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := flow.RunState{Settings: settings}
	state.Settings.Handover = time.Hour
	began := w.Now()
	for minute := range 120 {
		w.RegisterDelayedCallback(func() { w.SignalWorkflow(flow.FedSignal, flow.Fed{}) }, time.Duration(minute)*time.Minute)
	}
	w.RegisterDelayedCallback(func() {
		w.SetContinueAsNewSuggested(true)
		w.SignalWorkflow(flow.FedSignal, flow.Fed{})
	}, 2*time.Hour+30*time.Second)
	w.ExecuteWorkflow(flow.RunWorkflow, state)
	state = continued[flow.RunState](w)
	require.WithinDuration(t, began.Add(2*time.Hour+30*time.Second), state.Heard, time.Second)
	require.False(t, state.Unfed)
}

// TestRunContinuesCancelled checks that a run that is being cancelled goes on doing so with a new
// history.
func TestRunContinuesCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.RegisterDelayedCallback(func() {
		w.SetContinueAsNewSuggested(true)
		w.CancelWorkflow()
	}, time.Hour)
	w.ExecuteWorkflow(flow.RunWorkflow, fedRun())
	state := continued[flow.RunState](w)
	require.True(t, state.Cancelled)
	require.Len(t, state.Open, batches)

	w = newWorld(t)
	w.RegisterDelayedCallback(func() {
		for _, open := range state.Open {
			w.SignalWorkflow(flow.EndedSignal, done(open.Batch))
		}
	}, time.Second)
	w.cancel = func(id string) error {
		t.Error(id, "is cancelled again: thousands of them would be more than the server takes at once")
		return nil
	}
	w.ExecuteWorkflow(flow.RunWorkflow, state)
	require.Equal(t, 10*batches, cancelled[flow.RunEnd](w).Counts.Done)
}

// TestRunWithTerminatedBatches checks that a run does not wait for batches that somebody has
// terminated: before their leave, all at once, and when they had leave.
func TestRunWithTerminatedBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := flow.Counts{Failed: 10}
	w.signal = func(id, _ string, _ any) error {
		switch batch := batchOf(t, id); {
		case batch < 30:
			return errors.New("workflow not found")
		case batch < 35:
			w.SignalWorkflow(flow.EndedSignal, done(batch))
		}
		return nil
	}
	asked := 0
	w.census = func(_ context.Context, census flow.Census) (states []flow.BatchState, err error) {
		for _, batch := range census.Batches {
			state := flow.BatchState{Batch: batch, Ended: batch < 30}
			if batch >= 35 {
				asked++
				state.Ended = asked > 10 // when it is asked for the third time
			}
			if state.Ended {
				state.Counts = failed
			}
			states = append(states, state)
		}
		return states, nil
	}
	w.ExecuteWorkflow(flow.RunWorkflow, fedRun())
	end := value[flow.RunEnd](w)
	require.Equal(t, flow.Counts{Done: 50, Failed: 350, Frames: 50}, end.Counts)
	require.Equal(t, 40*time.Minute, end.Took) // in the first ten, it hears of others
}
