package flow

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

const (
	// A run that has heard nothing of its batches for this time asks the server about them:
	// somebody may have terminated one. A cancelled run, which ends within seconds, asks sooner at
	// first.
	minPatience = 10 * time.Second
	maxPatience = 10 * time.Minute
)

// patience is a timer after which a run asks what has become of its open batches, and gives up a
// client that has died.
type patience struct {
	ctx    workflow.Context
	run    *run
	wait   time.Duration
	cancel workflow.CancelFunc
	due    time.Time // when the timer is over
	heard  bool      // something of a batch, since the timer was set
}

// listen sets the timer.
func (p *patience) listen(ctx workflow.Context, r *run) {
	p.ctx, p.run, p.wait = ctx, r, maxPatience
	if r.Cancelled {
		p.wait = minPatience
	}
	p.set()
}

func (p *patience) set() {
	ctx, cancel := workflow.WithCancel(p.ctx)
	p.cancel, p.heard = cancel, false
	wait := p.wait
	if left, waits := p.run.waits(ctx); waits {
		wait = min(wait, max(left, time.Millisecond))
	}
	p.due = workflow.Now(ctx).Add(wait)
	p.run.events.AddFuture(workflow.NewTimer(ctx, wait), func(timer workflow.Future) {
		if timer.Get(ctx, nil) != nil {
			return // stopped
		}
		p.run.noteOutage(p.ctx, p.due)
		p.run.noteSilence(p.ctx)
		if !p.heard {
			p.askAbout()
		}
		p.wait = min(2*p.wait, maxPatience)
		p.set()
	})
}

func (p *patience) askAbout() {
	var batches []int
	for _, open := range p.run.Open {
		batches = append(batches, open.Batch)
	}
	p.run.count(p.ctx, batches)
}

// restart begins with a short time.
func (p *patience) restart() {
	p.stop()
	p.wait = minPatience
	p.set()
}

func (p *patience) stop() { p.cancel() }
