package api

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/plan"
)

// timeline gives each frame of a stream its time, in ticks: units of the time base in which the
// graph takes pictures. The turn of the stream guards it, but for what is atomic.
type timeline struct {
	position
	variable bool // frames carry their own times
	times    graph.Times

	end   atomic.Int64 // the tick at which the last accepted frame ends
	moved atomic.Int64 // see StreamStats.Moved
}

// position is how far a timeline has come. A call that feeds frames moves a copy on. The timeline
// itself moves by those frames that were accepted.
type position struct {
	frames int64                      // how many there were
	tick   int64                      // of the last frame
	pts    time.Duration              // of the last frame, as it was given
	recent [graph.MostReordered]int64 // the ticks of the last frames, a ring
}

// next returns the tick of the next frame, and moves on. pts counts if the frames carry their own
// times. No two frames have the same tick, with which some encoders fail.
func (p *position) next(t *timeline, pts time.Duration) (tick int64, moved bool) {
	switch {
	case t.variable:
		tick = t.ticks(pts)
		if p.frames > 0 && tick <= p.tick {
			tick, moved = p.tick+1, true
		}
	case p.frames > 0:
		tick = p.tick + 1
	}
	p.recent[p.frames%graph.MostReordered] = tick
	p.frames++
	p.tick, p.pts = tick, pts
	return tick, moved
}

// ticks rounds a time that is not negative to the nearest tick. Ticks are fractions of a second.
func (t *timeline) ticks(pts time.Duration) int64 {
	return plan.NearestTick(pts, int64(t.times.Base.Den()))
}

// accept notes that the first n frames of a call were accepted.
func (t *timeline) accept(pts []time.Duration, n int) {
	for i := range n {
		_, moved := t.next(t, timeOf(pts, i))
		if moved {
			t.moved.Add(1)
		}
	}
	t.reach(t.position)
}

// skip notes that a frame was dropped. The frame has had its time, but no other has to be moved
// because of it.
func (t *timeline) skip(pts time.Duration) {
	if !t.variable {
		t.next(t, 0)
		t.reach(t.position)
		return
	}
	t.pts = pts
	t.end.Store(t.ticks(pts) + t.times.Frame)
}

// reach notes how far the frames have come that are sent.
func (t *timeline) reach(p position) {
	if p.frames > 0 {
		t.end.Store(p.tick + t.times.Frame)
	}
}

// timeOf returns the time of frame i; 0 if the frames carry none.
func timeOf(pts []time.Duration, i int) time.Duration {
	if i >= len(pts) {
		return 0
	}
	return pts[i]
}

// check returns an error for the first time that is not later than the one before, or that a
// container cannot hold. field is the name by which the caller knows the times.
func (t *timeline) check(field string, pts []time.Duration) error {
	at := t.position
	for _, pts := range pts {
		err := t.checkNext(&at, pts)
		if err != nil {
			err.Field, err.Value = field, pts
			return err
		}
		at.next(t, pts)
	}
	return nil
}

// checkNext returns why a frame with this time cannot follow the position; nil if it can.
func (t *timeline) checkNext(at *position, pts time.Duration) *fault.ConfigError {
	switch {
	case pts < 0:
		return &fault.ConfigError{Reason: "must not be negative: every stream begins at 0 or later"}
	case at.frames > 0 && pts <= at.pts:
		const text = "is not later than the frame before, which is shown at %v; times rise from frame to frame"
		return &fault.ConfigError{Reason: fmt.Sprintf(text, at.pts)}
	}
	return t.times.Check(pts, at.since(t.times.Reordered, t.ticks(pts)))
}

// since returns the distance of a tick from the one n frames before it, or from the first one.
func (p *position) since(n int, tick int64) int64 {
	back := min(int64(n), p.frames)
	if back == 0 {
		return 0
	}
	return tick - p.recent[(p.frames-back)%graph.MostReordered]
}
