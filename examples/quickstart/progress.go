package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how many frames have been fed. add counts one; done removes what is temporary.
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

// bar is a progress bar. An error of the terminal does not stop the encoding.
type bar struct{ bar *progressbar.ProgressBar }

func (b *bar) add()  { _ = b.bar.Add(1) }
func (b *bar) done() { _ = b.bar.Clear() }

// lines writes a line for each tenth of the work. An error of the writer does not stop the
// encoding.
type lines struct {
	to          io.Writer
	fed, frames int
	tenths      int // that have been written
}

func (l *lines) add() {
	l.fed++
	if tenth := 10 * l.fed / l.frames; tenth > l.tenths {
		l.tenths = tenth
		_, _ = fmt.Fprintf(l.to, "encoding: %d of %d frames\n", l.fed, l.frames)
	}
}

func (l *lines) done() {}
