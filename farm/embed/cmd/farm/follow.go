package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// patience is how long a cancelled run may take to end. A second Ctrl-C does not wait for it.
const patience = time.Minute

// What becomes of a run when follow is interrupted.
const (
	ours      = iota // it is cancelled
	others           // it goes on
	cancelled        // it was cancelled before
)

// follow shows how far a run is, until it ends, and writes a report then. whose says what becomes
// of the run if ctx ends first.
func follow(ctx context.Context, p *program, run *farm.Run, whose int) error {
	watching, end := context.WithCancel(ctx)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		show := newBar(p, run.ID())
		defer show.close()
		for watching.Err() == nil {
			if progress, err := run.Progress(watching); err == nil {
				show.progress(progress)
			} else if watching.Err() == nil {
				show.unknown(err)
			}
			select {
			case <-watching.Done():
			case <-time.After(300 * time.Millisecond):
			}
		}
	}()
	report, err := run.Wait(ctx)
	end()
	<-shown
	if ctx.Err() != nil {
		return interrupted(ctx, p, run, whose)
	}
	tell(p, run, report)
	return inShort(err)
}

// inShort returns the error of a run without the list of its jobs, which tell has written.
func inShort(err error) error {
	failed, ok := errors.AsType[*api.RenderError](err)
	if !ok {
		return err
	}
	return errors.Join(fmt.Errorf("%d jobs failed", len(failed.Failed)), failed.Err)
}

// interrupted cancels a run that is ours, and waits until nothing of it runs.
func interrupted(ctx context.Context, p *program, run *farm.Run, whose int) error {
	switch whose {
	case cancelled:
		return nil
	case others:
		p.say("The run %s goes on. \"farm watch %s\" shows it, \"farm cancel %s\" cancels it.", run.ID(), run.ID(), run.ID())
		return nil
	}
	if errors.Is(context.Cause(ctx), errNoCrew) {
		return errNoCrew
	}
	p.say("Cancelling the run …")
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	if err := run.Cancel(ctx); err != nil {
		return err
	}
	report, err := run.Wait(ctx)
	tell(p, run, report)
	return inShort(err)
}

// tell writes what has become of the jobs.
func tell(p *program, run *farm.Run, report api.Report) {
	var made, skipped int
	var frames, bytes int64
	for _, result := range report.Results {
		switch {
		case result.Skipped:
			skipped++
		case result.Err == nil:
			made++
			frames, bytes = frames+result.Frames, bytes+result.Bytes
		}
	}
	text := fmt.Sprintf("%d of %d files made", made, len(report.Results))
	if skipped > 0 {
		text += fmt.Sprintf(", %d were there", skipped)
	}
	text += fmt.Sprintf(": %d frames, %.1f MB", frames, float64(bytes)/1e6)
	if progress, err := run.Progress(context.Background()); err == nil && progress.Elapsed > 0 {
		text += fmt.Sprintf(", in %s: %.0f frames a second",
			progress.Elapsed.Round(100*time.Millisecond), float64(frames)/progress.Elapsed.Seconds())
	}
	p.say("%s", text)
	const most = 10
	failed := 0
	for _, result := range report.Results {
		if result.Err == nil || errors.Is(result.Err, context.Canceled) {
			continue
		}
		if failed++; failed <= most {
			p.say("failed: %s: %v", result.ID, result.Err)
		}
	}
	if failed > most {
		p.say("and %d more failed", failed-most)
	}
}

var errSilent = errors.New("the program that hands over the jobs gives no sign of life: start it again with the same " +
	"jobs, or cancel the run; until then it makes the jobs that it has")
