package flow

import (
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

const (
	// maxWaiting is how many batches may have leave to begin while less than half of their jobs
	// have ended. With full batches, 2,000 jobs or more thus wait for workers, or are made. More
	// would leave more tasks of a cancelled run in the server's queue, which drops them singly.
	maxWaiting = 16
	// maxOpen is how many batches may have leave to begin and not have ended: a few slow jobs in
	// each do not keep the others from being made.
	maxOpen = 64
)

// RunRun gives the batches of a run leave to begin, a few at a time, and ends when all have ended.
// A cancelled run cancels its batches and waits for them.
func RunRun(ctx workflow.Context, in RunState) (RunEnd, error) {
	r := &run{RunState: in}
	if r.Began.IsZero() {
		r.Began = workflow.Now(ctx)
	}
	if r.Heard.IsZero() {
		r.Heard = workflow.Now(ctx)
	}
	if err := workflow.SetQueryHandler(ctx, ProgressQuery, r.progress); err != nil {
		return RunEnd{}, err
	}
	base, leave := workflow.NewDisconnectedContext(ctx) // a cancelled run still has much to do
	defer leave()
	r.listen(ctx, base)
	for {
		r.receive(base)
		r.noteCancel(ctx)
		told := r.tellBatches(base)
		switch {
		case told && !isLong(base), r.events.HasPending():
		case r.hasEnded():
			return r.end(base)
		case isLong(base):
			r.patience.stop()
			return RunEnd{}, workflow.NewContinueAsNewError(base, RunWorkflow, r.RunState)
		default:
			r.events.Select(base)
		}
	}
}

// run is the workflow of a run.
type run struct {
	RunState
	events   workflow.Selector
	patience patience
}

// listen says what happens when somebody tells the run something. outer is cancelled with the run.
func (r *run) listen(outer, ctx workflow.Context) {
	r.events = workflow.NewSelector(ctx)
	r.events.AddReceive(workflow.GetSignalChannel(ctx, FedSignal), func(c workflow.ReceiveChannel, _ bool) {
		var fed Fed
		c.Receive(ctx, &fed)
		r.feed(fed)
		r.hear(ctx)
	})
	r.events.AddReceive(workflow.GetSignalChannel(ctx, HalfSignal), func(c workflow.ReceiveChannel, _ bool) {
		var batch int
		c.Receive(ctx, &batch)
		r.noteHalf(batch)
	})
	r.events.AddReceive(workflow.GetSignalChannel(ctx, EndedSignal), func(c workflow.ReceiveChannel, _ bool) {
		var state BatchState
		c.Receive(ctx, &state)
		r.noteEnd(state)
	})
	if !r.Cancelled {
		r.events.AddFuture(cancellation(outer, ctx), func(workflow.Future) { r.noteCancel(outer) })
	}
	r.patience.listen(ctx, r)
}

// cancellation returns a future that is ready once outer is cancelled. A selector would receive
// from the context's channel again and again.
func cancellation(outer, ctx workflow.Context) workflow.Future {
	cancelled, set := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		outer.Done().Receive(ctx, nil)
		set.Set(nil, nil)
	})
	return cancelled
}

// noteCancel notes that the run was cancelled. The future of listen comes after signals that came
// with the cancellation, which is too late if the run goes on with a new history because of them.
func (r *run) noteCancel(outer workflow.Context) {
	if outer.Err() != nil && !r.Cancelled {
		r.Cancelled = true
		r.patience.restart()
	}
}

// receive handles all that was told until now.
func (r *run) receive(ctx workflow.Context) {
	for r.events.HasPending() {
		r.events.Select(ctx)
	}
}

// tellBatches lets batches begin, or cancels them. It returns false if there were none to tell.
func (r *run) tellBatches(ctx workflow.Context) bool {
	if r.Cancelled {
		return r.cancelBatches(ctx)
	}
	return r.giveLeave(ctx)
}

// feed notes what a client has handed over. Signals may arrive in any order.
func (r *run) feed(fed Fed) {
	if fed.Batches > r.Fed.Batches {
		r.Fed.Batches, r.Fed.Jobs = fed.Batches, fed.Jobs
	}
	r.Fed.Complete = r.Fed.Complete || fed.Complete
}

func (r *run) noteHalf(batch int) {
	if i, ok := r.find(batch); ok {
		r.Open[i].Half = true
		r.patience.heard = true
	}
}

// noteEnd notes that a batch has ended. It may be told twice: by the batch and by the census.
func (r *run) noteEnd(state BatchState) {
	if !state.Ended {
		return
	}
	i, ok := r.find(state.Batch)
	switch {
	case ok:
		r.Open = slices.Delete(r.Open, i, i+1)
		r.Counts.AddAll(state.Counts)
		r.patience.heard = true
	case state.Batch >= r.Next && r.early(state.Batch) < 0:
		r.Early = append(r.Early, state)
	}
}

// early returns the place of a batch in Early, or -1.
func (r *run) early(batch int) int {
	return slices.IndexFunc(r.Early, func(s BatchState) bool { return s.Batch == batch })
}

// find returns the place of a batch in Open.
func (r *run) find(batch int) (int, bool) {
	return slices.BinarySearchFunc(r.Open, batch, func(o OpenBatch, batch int) int { return o.Batch - batch })
}

// hasEnded reports whether nothing is to be expected any more. A client that still hands jobs over
// to a cancelled run finds that it has ended.
func (r *run) hasEnded() bool {
	return len(r.Open) == 0 && r.Next >= r.Fed.Batches && (r.Fed.Complete || r.Cancelled || r.Unfed)
}

func (r *run) end(ctx workflow.Context) (RunEnd, error) {
	r.patience.stop()
	end := RunEnd{Fed: r.Fed, Counts: r.Counts, Took: workflow.Now(ctx).Sub(r.Began)}
	switch {
	case r.Cancelled:
		return end, temporal.NewCanceledError(end)
	case !r.Fed.Complete:
		return end, r.unfedError(end)
	default:
		return end, nil
	}
}

func (r *run) progress() (RunProgress, error) {
	progress := RunProgress{Fed: r.Fed, Heard: r.Heard, Began: r.Began, Counts: r.Counts}
	for _, open := range r.Open {
		progress.Open = append(progress.Open, open.Batch)
	}
	return progress, nil
}
