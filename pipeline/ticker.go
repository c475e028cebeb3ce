package pipeline

import (
	"context"
	"time"
)

// Ticker is what a Sink implements that may have something to do when nothing arrives.
type Ticker interface {
	// Due says when to call Tick; the zero time: not for now. The engine asks after each call into the
	// sink, and again when that time has come. So the node may put the time off meanwhile, but it
	// cannot bring it forward.
	Due() time.Time
	// Tick is called when Due has come, before the first item if the node is due as soon as its
	// goroutine starts, unless the run has stopped or all inputs have ended. It must
	// put Due off.
	Tick(ctx context.Context) error
}

// alarm rings when the Tick of a sink is due.
type alarm struct {
	node  Ticker      // nil: it never rings
	timer *time.Timer // nil until it is needed
	armed bool
}

// rings is the channel to wait for.
func (a *alarm) rings() <-chan time.Time {
	if a.timer == nil {
		return nil
	}
	return a.timer.C
}

// wanted says whether the node must be asked when it wants to be called. An alarm that is armed may
// ring too early, but not too late.
func (a *alarm) wanted() bool { return a.node != nil && !a.armed }

// set arms the timer, if the node wants to be called.
func (a *alarm) set() {
	due := a.node.Due()
	switch {
	case due.IsZero():
		return
	case a.timer == nil:
		a.timer = time.NewTimer(time.Until(due))
	default:
		a.timer.Reset(time.Until(due))
	}
	a.armed = true
}

// due says, when the alarm has rung, whether the node's time has come. If not, the node has put it
// off.
func (a *alarm) due() bool {
	a.armed = false
	due := a.node.Due()
	return !due.IsZero() && !time.Now().Before(due)
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
