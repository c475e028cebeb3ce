package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/avloom/avloom/api"
)

// progress shows how many clips have ended. ended takes a report of RenderAll; done removes what is
// temporary.
type progress interface {
	ended(api.Progress)
	done()
}

// newProgress returns a bar on a terminal, and lines of text elsewhere.
func newProgress(to io.Writer, clips int) progress {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bar{progressbar.NewOptions(clips,
			progressbar.OptionSetWriter(to),
			progressbar.OptionSetDescription("rendering"),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("clips"),
			progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)}
	}
	return &lines{to: to, clips: clips}
}

// bar is a progress bar. An error of the terminal does not stop the rendering.
type bar struct{ bar *progressbar.ProgressBar }

func (b *bar) ended(api.Progress) { _ = b.bar.Add(1) }
func (b *bar) done()              { _ = b.bar.Clear() }

// lines writes a line for each tenth of the work. An error of the writer does not stop the
// rendering.
type lines struct {
	to     io.Writer
	clips  int
	tenths int // that have been written
}

func (l *lines) ended(p api.Progress) {
	through := p.Done + p.Skipped + p.Failed
	if tenth := 10 * through / l.clips; tenth > l.tenths {
		l.tenths = tenth
		_, _ = fmt.Fprintf(l.to, "rendering: %d of %d clips\n", through, l.clips)
	}
}

func (l *lines) done() {}
