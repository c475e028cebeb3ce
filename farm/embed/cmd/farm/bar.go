package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/avloom/avloom/farm"
)

// silence is after how much time without a sign of life the program that hands over jobs seems to
// have died. It gives one each minute.
const silence = 3 * time.Minute

// bar shows progress as a bar on a terminal, and as lines elsewhere.
type bar struct {
	p      *program
	bar    *progressbar.ProgressBar // nil: lines
	tenths int                      // of the work, whose lines have been written
	why    string                   // nobody knows the progress; it was written
	prefix string                   // of errors of the run
}

func newBar(p *program, run string) *bar {
	b := &bar{p: p, prefix: fmt.Sprintf("avloom: run %q: ", run)}
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
		b.describe(text)
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
		b.describe(strings.TrimPrefix(why, b.prefix))
	case b.why != why:
		_, _ = fmt.Fprintln(b.p.stderr, why)
	}
	b.why = why
}

// describe shows a text before the bar, in one line with it: a line that is wrapped would stay on
// the terminal.
func (b *bar) describe(text string) {
	const bar = 25 // characters of the rest of the line, at least
	if f, ok := b.p.stderr.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			text = shorten(text, width-bar)
		}
	}
	b.bar.Describe(text)
}

// shorten returns the beginning of a text that is too long.
func shorten(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:max(0, most-1)]) + "…"
}

func (b *bar) close() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
