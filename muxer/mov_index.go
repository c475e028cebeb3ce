package muxer

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// movIndex is the index of FFmpeg's mov muxer, in a file that consists of fragments. The muxer
// writes it with the first fragment.
type movIndex struct {
	hybrid  bool // the file becomes an ordinary one at its end
	pending bool // the index has to be written
	writer  *writer
	tracks  []track
	extras  *extras
}

// possible says whether FFmpeg can write the index now. Otherwise it would write half of it without
// an error.
func (x *movIndex) possible() bool {
	return !slices.ContainsFunc(x.tracks, func(t track) bool {
		return t.needsPacket && !t.written && (x.hybrid || t.sample == nil)
	})
}

// write writes the index, unless it has been written.
func (x *movIndex) write() error {
	if !x.pending {
		return nil
	}
	if err := x.announceUnfed(); err != nil {
		return err
	}
	x.pending = false
	return x.extras.writeIndex()
}

// announceUnfed tells the mov muxer, for each stream without a packet, how far before its first
// frame the stream will begin: by the priming of sound, or by the frames that are decoded before
// the first one is shown. The index, which is written next, then says so. FFmpeg takes that from an
// empty packet, if it comes after a discontinuity, and writes nothing of it. Without it, FFmpeg
// would also make such a stream begin at 0, whenever it begins.
//
// The empty packet is a tick earlier than the earliest that can come, because decoding times must
// rise. That would change by a tick the index which a file that can be sought in gets at its end,
// so such a file goes without.
func (x *movIndex) announceUnfed() error {
	if x.hybrid || x.allWritten() {
		return nil
	}
	if err := x.writer.setMovFlags(container.MarkDiscontinuity); err != nil {
		return err
	}
	for i := range x.tracks {
		if x.tracks[i].written || x.tracks[i].isText() {
			continue
		}
		if err := x.announce(i); err != nil {
			return err
		}
	}
	return nil
}

// announce gives FFmpeg an empty packet of a stream. If FFmpeg can describe the stream only after a
// packet with data, it gets one of silence. That packet counts as priming: it lies before the first
// sample, and the index makes players skip it.
func (x *movIndex) announce(stream int) error {
	t := &x.tracks[stream]
	begin := -t.lead.in(t.to)
	switch {
	case t.needsPacket:
		return x.announceWithSample(stream, begin)
	case t.isVideo():
		return x.writer.writeEmpty(stream, begin-1, 0)
	default:
		return x.writer.writeEmpty(stream, begin-1, begin)
	}
}

// announceWithSample gives FFmpeg the packet of silence, which ends where the stream begins.
func (x *movIndex) announceWithSample(stream int, begin int64) error {
	t := &x.tracks[stream]
	p := pipeline.NewPacket()
	defer p.Free()
	if err := p.FromData(t.sample); err != nil {
		return err
	}
	duration := astiav.RescaleQ(t.sampleTicks, t.from, t.to)
	p.SetStreamIndex(stream)
	p.SetDuration(duration)
	p.SetDts(begin - duration)
	p.SetPts(begin - duration)
	return x.writer.format.WriteFrame(p.Packet)
}

// allWritten says whether there was a packet of each stream. Those of text do not count: their
// first packet is at time 0 always.
func (x *movIndex) allWritten() bool {
	return !slices.ContainsFunc(x.tracks, func(t track) bool { return !t.written && !t.isText() })
}

// listsTooMany says whether the index at the end of the file would list streams without packets:
// those that were never fed, and a cover.
func (x *movIndex) listsTooMany() bool {
	isUnfed := func(t track) bool { return !t.written }
	return x.hybrid && (x.extras.cover != nil || slices.ContainsFunc(x.tracks, isUnfed))
}

// leaveOutUnfed keeps streams that were never fed out of the index at the end of a file that began
// as fragments, as FFmpeg keeps them out of the index of every other file. FFmpeg lists every
// stream in the index of a fragmented file, and takes this file for one, though it is about to
// become an ordinary file.
func (x *movIndex) leaveOutUnfed() error {
	if err := x.writer.setMovFlags(container.EndFragments); err != nil {
		return fmt.Errorf("end the fragments: %w", err)
	}
	return nil
}
