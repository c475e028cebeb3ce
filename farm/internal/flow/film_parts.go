package flow

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

const (
	// maxWindow is how many parts of a film wait for workers, or are made, at the same time.
	maxWindow = 64
	// maxScheduled is how many bytes of tasks those parts may have. All of them may be sent to the
	// server at once, for which it has a limit of 4 MiB.
	maxScheduled = 1 << 20
)

// makeParts makes the parts that are not made, a window of them at a time. When the history becomes
// long, it begins no further part, and returns errContinue when those that it began have ended.
func (f *film) makeParts(ctx workflow.Context) error {
	ctx, stop := workflow.WithCancel(ctx)
	defer stop()
	w := &window{film: f, selector: workflow.NewSelector(ctx), most: f.window()}
	for {
		for w.open < w.most && w.err == nil && ctx.Err() == nil && f.more() && !isLong(ctx) {
			w.begin(ctx, f.take())
		}
		if w.open == 0 {
			break
		}
		w.selector.Select(ctx)
		if w.err != nil {
			stop() // the others are of no use
		}
	}
	switch {
	case w.err != nil:
		return w.err
	case ctx.Err() != nil:
		return ctx.Err()
	case isLong(ctx):
		return errContinue
	default:
		return nil
	}
}

// isLong reports whether the server suggests that the workflow goes on with a new history.
func isLong(ctx workflow.Context) bool { return workflow.GetInfo(ctx).GetContinueAsNewSuggested() }

// window returns how many parts may be open at a time.
func (f *film) window() int {
	const others = 1000 // about the size of what a task has besides the parameters
	return min(max(1, maxScheduled/(len(f.Task.Job.Params)+others)), maxWindow)
}

// more reports whether a part is not begun.
func (f *film) more() bool { return len(f.Redo) > 0 || f.Next < f.Plan.Chunks }

// take returns the next part to begin.
func (f *film) take() int {
	if len(f.Redo) > 0 {
		index := f.Redo[0]
		f.Redo = slices.Delete(f.Redo, 0, 1)
		return index
	}
	f.Next++
	return f.Next - 1
}

// window is the parts of a film that are begun and have not ended.
type window struct {
	film     *film
	selector workflow.Selector
	open     int
	most     int
	err      error // the first failure
}

// begin schedules a part.
func (w *window) begin(ctx workflow.Context, index int) {
	settings, activity := w.film.Task.Settings, ChunkActivity
	if index == SoundPart {
		activity = SoundActivity
	}
	options := activityOptions(settings, BuildQueue(settings.Queue, w.film.Plan.Build), usual)
	part := Part{Film: w.film.task(), Index: index}
	made := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), activity, part)
	w.open++
	w.selector.AddFuture(made, func(made workflow.Future) {
		w.open--
		w.end(ctx, index, made)
	})
}

// end notes how a part ended. One that was cancelled is made later, if the film goes on.
func (w *window) end(ctx workflow.Context, index int, made workflow.Future) {
	var part PartMade
	err := made.Get(ctx, &part)
	w.film.ended++
	switch {
	case err == nil:
		w.film.Frames += part.Frames
	case ctx.Err() != nil:
		w.film.Redo = append(w.film.Redo, index)
	case w.err == nil:
		w.err = err
	}
}
