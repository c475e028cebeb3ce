package flow

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// worry is after how much time without a sign of life of its client a run says on Temporal's page
// that it waits. The client gives one each minute.
const worry = 5 * time.Minute

// hear notes a sign of life of a client.
func (r *run) hear(ctx workflow.Context) {
	r.Heard, r.Unfed = workflow.Now(ctx), false
	workflow.SetCurrentDetails(ctx, "")
}

// waits returns how much longer the run waits for a sign of life. It waits for none if it has all
// jobs, or has been cancelled.
func (r *run) waits(ctx workflow.Context) (left time.Duration, waits bool) {
	if r.Fed.Complete || r.Cancelled || r.Unfed || r.Settings.Handover == 0 {
		return 0, false
	}
	since := r.Heard
	if r.Back.After(since) {
		since = r.Back
	}
	return r.Settings.Handover - workflow.Now(ctx).Sub(since), true
}

// noteOutage notes that nobody has told the run in time that its timer was due: the server was
// away, or all workers were. A client that is alive may not have reached the server either, and
// gets the whole time anew.
func (r *run) noteOutage(ctx workflow.Context, due time.Time) {
	const long = time.Minute
	now := workflow.Now(ctx)
	if now.Sub(due) > min(long, r.Settings.Handover/2) {
		r.Back = now
	}
}

// noteSilence gives a client up that has been silent for too long. The run ends with the jobs that
// it has.
func (r *run) noteSilence(ctx workflow.Context) {
	left, waits := r.waits(ctx)
	switch silence := workflow.Now(ctx).Sub(r.Heard); {
	case waits && left <= 0:
		r.Unfed = true
	case waits && silence >= worry:
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("The program that hands over the jobs has given no sign of life "+
			"since %s. Start it again with the same jobs, or cancel the run. The run ends with the jobs that it has in %v.",
			r.Heard.UTC().Format(time.RFC3339), left.Round(time.Minute)))
	}
}

// unfedError is that of a run whose client has died.
func (r *run) unfedError(end RunEnd) error {
	text := fmt.Sprintf("the program that handed over the jobs gave no sign of life for %v; "+
		"%d jobs were handed over until then", r.Settings.Handover, r.Fed.Jobs)
	return temporal.NewNonRetryableApplicationError(text, ErrUnfed, nil, end)
}
