package muxer

import (
	"slices"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// zeroStart makes room for streams that begin late, in a container whose times begin at 0
// (container.BeginsAtZero).
type zeroStart struct {
	writer *writer
	tracks []track
	order  *interleaver
	cut    bool // a stream may begin before 0 without priming, because the output has a part of it
	done   bool
}

// makeRoom moves all times, before the first packet is written, as far as the streams that have
// sent nothing yet may begin before 0.
func (z *zeroStart) makeRoom(first pipeline.Packet) error {
	if z.done {
		return nil
	}
	z.done = true
	if z.cut && container.ShowsFromZero(z.writer.container()) {
		z.showFromZero(first)
		return nil
	}
	if !container.BeginsAtZero(z.writer.container()) {
		return nil
	}
	moved := false
	for i := range z.tracks {
		t := &z.tracks[i]
		if !t.started && !z.order.hasEnded(i) && t.lead.ticks > 0 {
			z.shiftAll(t.lead)
			moved = true
		}
	}
	if !moved || !container.RefusesEarlier(z.writer.container()) {
		return nil
	}
	// The empty packet is the first one, so FFmpeg does not make room for the packet that has come.
	for i := range z.tracks {
		z.shiftAll(z.tracks[i].lead)
	}
	return z.writer.explain("make room for a stream that begins late", z.writeFirst())
}

// showFromZero moves all times as far as pictures or sound begin before 0. FFmpeg would look at
// the first packet alone.
func (z *zeroStart) showFromZero(first pipeline.Packet) {
	for i := range z.tracks {
		t, q := &z.tracks[i], &z.order.queues[i]
		switch {
		case t.isText(): // what is shown before 0 is cut off
		case i == first.StreamIndex():
			z.shiftAll(lead{-first.Pts(), t.to})
		case !q.empty():
			z.shiftAll(lead{-q.first().Pts(), t.to})
		case !q.ended && !t.isVideo():
			z.shiftAll(t.lead)
		}
	}
}

// shiftAll moves the times of all streams at least as far as a stream with this lead begins before
// 0.
func (z *zeroStart) shiftAll(l lead) {
	for i := range z.tracks {
		t := &z.tracks[i]
		t.shift = max(t.shift, l.in(t.to))
	}
}

// writeFirst gives FLV's muxer an empty packet at 0, because it refuses each packet that is earlier
// than its first one. If there is a stream of sound, the packet is of that stream: decoders of
// sound accept packets without data.
func (z *zeroStart) writeFirst() error {
	sound := slices.IndexFunc(z.tracks, func(t track) bool { return !t.isVideo() })
	return z.writer.writeEmpty(max(0, sound), 0, 0)
}
