package flow

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

// maxWave is how many batches a run cancels before it looks for a new history.
const maxWave = 100

// giveLeave lets as many batches begin as may be open. It returns true if it has told a batch,
// which may have ended before.
func (r *run) giveLeave(ctx workflow.Context) bool {
	waiting := 0
	for _, open := range r.Open {
		if !open.Half {
			waiting++
		}
	}
	var batches []int
	for r.Next < r.Fed.Batches && waiting < maxWaiting && len(r.Open) < maxOpen {
		if batch, ok := r.openNext(); ok {
			batches = append(batches, batch)
			waiting++
		}
	}
	r.tellAll(ctx, batches, func(id string) workflow.Future {
		return workflow.SignalExternalWorkflow(ctx, id, "", LeaveSignal, nil)
	})
	return len(batches) > 0
}

// cancelBatches cancels a wave of those that have not ended, with or without leave to begin. It
// returns true if there were any.
func (r *run) cancelBatches(ctx workflow.Context) bool {
	var batches []int
	if !r.Told {
		r.Told = true
		for _, open := range r.Open {
			batches = append(batches, open.Batch)
		}
	}
	for r.Next < r.Fed.Batches && len(batches) < maxWave {
		if batch, ok := r.openNext(); ok {
			batches = append(batches, batch)
		}
	}
	r.tellAll(ctx, batches, func(id string) workflow.Future {
		return workflow.RequestCancelExternalWorkflow(ctx, id, "")
	})
	return len(batches) > 0
}

// openNext opens the next batch, unless it has ended already.
func (r *run) openNext() (batch int, ok bool) {
	batch = r.Next
	r.Next++
	if i := r.early(batch); i >= 0 {
		r.Counts.AddAll(r.Early[i].Counts)
		r.Early = slices.Delete(r.Early, i, i+1)
		return batch, false
	}
	r.Open = append(r.Open, OpenBatch{Batch: batch})
	return batch, true
}

// tellAll tells batches something. One that cannot be told was terminated, or has just ended.
func (r *run) tellAll(ctx workflow.Context, batches []int, tell func(id string) workflow.Future) {
	futures := make([]workflow.Future, len(batches))
	for i, batch := range batches {
		futures[i] = tell(BatchID(r.Settings.Run, batch))
	}
	var closed []int
	for i, told := range futures {
		if told.Get(ctx, nil) != nil {
			closed = append(closed, batches[i])
		}
	}
	r.count(ctx, closed)
}

// count asks what has become of batches, and notes those that have ended.
func (r *run) count(ctx workflow.Context, batches []int) {
	if len(batches) == 0 {
		return
	}
	var states []BatchState
	census := Census{Run: r.Settings.Run, Batches: batches}
	err := workflow.ExecuteLocalActivity(askOptions(ctx), CensusActivity, census).Get(ctx, &states)
	if err != nil {
		workflow.GetLogger(ctx).Warn("avloom: the server did not say what has become of batches", "error", err)
	}
	for _, state := range states {
		r.noteEnd(state)
	}
}
