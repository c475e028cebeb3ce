package api

import "github.com/avloom/avloom/internal/stopwatch"

// presence measures how long at least one call is inside the encoder. But for total, its methods
// are called with the encoder's mutex held.
type presence struct {
	calls int
	watch stopwatch.Watch
}

func (p *presence) enter() {
	if p.calls++; p.calls == 1 {
		p.watch.Begin()
	}
}

func (p *presence) leave() {
	if p.calls--; p.calls == 0 {
		p.watch.End()
	}
}
