package pipeline

import (
	"context"
	"time"
)

// Ticker is what a Sink implements that may have something to do when nothing arrives.
type Ticker interface {
	// Due says when to call Tick; the zero time: not for now. The engine asks after each call into the sink, and again when that time has
	// come, so that it may be put off meanwhile, but not brought forward.
	Due() time.Time
	// Tick is called when Due has come, unless the run has stopped or all inputs have ended. It must put Due off.
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

// due is asked when the alarm has rung: has the node's time come, or was it put off?
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

// setAlarm asks the node when it wants to be called. An alarm that is set already may ring too early, but not too late.
func (w *worker[In]) setAlarm() {
	if w.alarm.node == nil || w.alarm.armed {
		return
	}
	w.call(func() error {
		w.alarm.set()
		return nil
	})
}

// tick calls the node's Tick, if its time has come.
func (w *worker[In]) tick() {
	w.call(func() error {
		if !w.alarm.due() || w.run.stopped() {
			return nil
		}
		return w.alarm.node.Tick(w.run.ctx)
	})
}

func (a *actor[In]) streamOf() int { return a.stream }

// works says whether something of this stream is on its way to the node, or in hand. The queue is looked at first: what has left it since is in hand, or
// beyond, and while an item is between the two the counters of the edge hold it.
func (a *actor[In]) works(stream int) bool {
	for _, e := range a.in.edges {
		if e.stream == stream && e.stats().Queued > 0 {
			return true
		}
	}
	return a.stream == stream && (len(a.in.ch) > 0 || a.holding.Load() > 0)
}
