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

// progress shows how many clips have ended, or how many frames of the film are encoded. done
// removes what is temporary. An error of the terminal or the writer does not stop the rendering.
type progress struct {
	bar    *progressbar.ProgressBar // on a terminal; nil: lines of text
	to     io.Writer
	noun   string // of what is counted
	tenths int    // of the work, whose lines have been written
}

// newProgress returns a bar on a terminal, and a line for each tenth of the work elsewhere.
func newProgress(to io.Writer, noun string) *progress {
	p := &progress{to: to, noun: noun}
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(1, // until the first report says how much it is
			progressbar.OptionSetWriter(to),
			progressbar.OptionSetDescription("rendering"),
			progressbar.OptionShowCount(),
			progressbar.OptionSetElapsedTime(false), // avloom knows better: it leaves out what was there
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// clip takes a report of RenderAll.
func (p *progress) clip(r api.Progress) {
	made := float64(r.Done) / r.Elapsed.Seconds()
	p.show(r.Done+r.Skipped+r.Failed, r.Total, made, r.Left)
}

// frame takes a report of RenderFilm.
func (p *progress) frame(r api.FilmProgress) { p.show(r.Frames, r.Total, r.FPS, r.Left) }

// show shows that so much of all is through, at so many a second. 0: all of it was there.
func (p *progress) show(through, all int, speed float64, left time.Duration) {
	pace := ""
	if speed > 0 {
		pace = fmt.Sprintf(", %.1f %s per second", speed, p.noun)
	}
	if left > 0 {
		pace += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	if p.bar != nil {
		p.bar.Describe("rendering" + pace)
		p.bar.ChangeMax(all)
		_ = p.bar.Set(through)
		return
	}
	if tenth := 10 * through / all; tenth > p.tenths {
		p.tenths = tenth
		_, _ = fmt.Fprintf(p.to, "rendering: %d of %d %s%s\n", through, all, p.noun, pace)
	}
}

func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
