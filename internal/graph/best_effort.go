package graph

import (
	"context"
	"sync/atomic"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// guestDepth is how many packets of each stream wait for an output with BestEffort: at 60 frames
// per second two seconds.
const guestDepth = 128

// guestQueue is the queue of an output with BestEffort.
func guestQueue() pipeline.Queue[pipeline.Packet] {
	return pipeline.Queue[pipeline.Packet]{
		Depth: guestDepth, Free: pipeline.Packet.Free, Share: pipeline.Packet.Ref,
	}
}

// newBestEffort returns an output that opens itself when the graph runs, and how it takes part in
// the graph. late: it is added to the running graph.
func (r *Run) newBestEffort(t *target, opener *outputOpener, late bool) (*Output, pipeline.Guest[pipeline.Packet]) {
	o := newOutput(t, late)
	var seat atomic.Pointer[pipeline.Seat]
	o.setSeat = func(s *pipeline.Seat) { o.seat = s; seat.Store(s) }
	losses := &lossLog{lines: r.asyncLines, fields: o.fields(), total: func() int64 {
		if s := seat.Load(); s != nil {
			return s.Queue().Lost
		}
		return 0
	}}
	queued := func(input int) int {
		if s := seat.Load(); s != nil {
			return s.Stats().Edges[input].Queued
		}
		return 0
	}
	o.live = newLiveOutput(liveConfig{
		connect: func(ctx context.Context) (*destination.Destination, error) { return opener.connect(ctx, t) },
		begin: func(dst *destination.Destination, late bool) (containerSink, error) {
			return r.writeHeader(opener, t, dst, late)
		},
		connects: t.Config.Kind == plan.ToURL, late: late, backoff: newBackoff(t.Config.Reconnect),
		beginNow: r.beginNow, askKey: r.keys.forJoin, losses: losses, queued: queued,
		lines: r.asyncLines, fields: o.fields(),
	})
	o.sink = o.live
	guest := r.guest(losses, late)
	guest.ClosingTime = destination.ClosingTime(t.latency())
	return o, guest
}

// writeHeader writes the header to a destination, which it takes over.
func (r *Run) writeHeader(
	opener *outputOpener, t *target, dst *destination.Destination, late bool,
) (containerSink, error) {
	streams, err := r.late.describe(t.Container.Name)
	if err != nil {
		dst.GiveUp()
		return nil, err
	}
	defer freeStreams(streams)
	return opener.writeHeader(t, dst, streams, late)
}

// newBackoff returns nil for an output that is not connected again.
func newBackoff(b *plan.Backoff) *backoff {
	if b == nil {
		return nil
	}
	return &backoff{Backoff: *b}
}

// guest says how an output with BestEffort takes part in the graph.
func (r *Run) guest(losses *lossLog, late bool) pipeline.Guest[pipeline.Packet] {
	start := r.beginNow()
	begun := make([]atomic.Bool, len(r.Streams))
	for i := range begun {
		begun[i].Store(!late)
	}
	return pipeline.Guest[pipeline.Packet]{
		Begins: func(input int, p pipeline.Packet) bool {
			if begun[input].Load() {
				return !start.pictures[input] || isKey(p)
			}
			begins := start.with(input, p)
			if begins {
				begun[input].Store(true)
			}
			return begins
		},
		OnLosing: losses.lose,
		OnKept:   losses.keep,
		Wants: func(input int) {
			if begun[input].Load() {
				r.keys.forLoss(input)
			} else {
				r.keys.forJoin(input)
			}
		},
	}
}
