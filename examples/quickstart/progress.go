package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is told of every frame, and shows how far the work is.
type progress interface {
	add()
	done()
}

// newProgress returns a bar on a terminal, and lines of text elsewhere.
func newProgress(to io.Writer, frames int) progress {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bar{progressbar.NewOptions(frames,
			progressbar.OptionSetWriter(to),
			progressbar.OptionSetDescription("encoding"),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("frames"),
			progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)}
	}
	return &lines{to: to, frames: frames}
}

// bar is a progress bar. What a terminal has against it is no reason to stop encoding.
type bar struct{ bar *progressbar.ProgressBar }

func (b *bar) add()  { _ = b.bar.Add(1) }
func (b *bar) done() { _ = b.bar.Clear() }

// lines writes a line at every tenth. That nobody reads them is no reason to stop either.
type lines struct {
	to              io.Writer
	fed, frames, at int
}

func (l *lines) add() {
	l.fed++
	if tenth := 10 * l.fed / l.frames; tenth > l.at {
		l.at = tenth
		_, _ = fmt.Fprintf(l.to, "encoding: %d of %d frames\n", l.fed, l.frames)
	}
}

func (l *lines) done() {}
