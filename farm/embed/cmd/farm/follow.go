package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

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
		show := newBar(p)
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
	return err
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
	return err
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

// silence is after how much time without a sign of life the program that hands over jobs seems to
// have died. It gives one each minute.
const silence = 3 * time.Minute

var errSilent = errors.New("the program that hands over the jobs gives no sign of life: start it again with the same " +
	"jobs, or cancel the run; until then it makes the jobs that it has")

// bar shows progress as a bar on a terminal, and as lines elsewhere.
type bar struct {
	p      *program
	bar    *progressbar.ProgressBar // nil: lines
	tenths int                      // of the work, whose lines have been written
	why    string                   // nobody knows the progress; it was written
}

func newBar(p *program) *bar {
	b := &bar{p: p}
	if f, ok := p.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.bar = progressbar.NewOptions(1, // until the first report says how much it is
			progressbar.OptionSetWriter(f), progressbar.OptionShowCount(), progressbar.OptionFullWidth(),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false),
			progressbar.OptionClearOnFinish())
	}
	return b
}

func (b *bar) progress(p farm.Progress) {
	if p.Silence > silence {
		b.unknown(errSilent)
	} else {
		b.why = ""
	}
	if p.Jobs == 0 {
		return
	}
	ended := p.Done + p.Failed + p.Skipped + p.Stopped
	text := fmt.Sprintf("%d at work, %d frames", p.Running, p.Frames)
	if p.Failed > 0 {
		text += fmt.Sprintf(", %d failed", p.Failed)
	}
	if p.Stopped > 0 {
		text += fmt.Sprintf(", %d stopped", p.Stopped)
	}
	if p.Silence > silence {
		text += fmt.Sprintf(", no sign of life of the program that hands over jobs for %s", p.Silence.Round(time.Second))
	}
	if p.Left > 0 {
		text += fmt.Sprintf(", %s left", p.Left.Round(time.Second))
	}
	if b.bar != nil {
		b.bar.Describe(text)
		b.bar.ChangeMax(p.Jobs)
		_ = b.bar.Set(ended) // what the terminal thinks of it does not matter
		return
	}
	if tenth := 10 * ended / p.Jobs; tenth > b.tenths {
		b.tenths = tenth
		_, _ = fmt.Fprintf(b.p.stderr, "%d of %d jobs, %s\n", ended, p.Jobs, text)
	}
}

// unknown shows why nobody knows the progress, or all of it: no worker is there, or the server is
// away, or the program that hands over jobs.
func (b *bar) unknown(err error) {
	why := err.Error()
	switch {
	case b.bar != nil:
		b.bar.Describe(why)
	case b.why != why:
		_, _ = fmt.Fprintln(b.p.stderr, why)
	}
	b.why = why
}

func (b *bar) close() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
