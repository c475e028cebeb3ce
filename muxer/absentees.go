package muxer

import (
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// absentees tells FFmpeg's MPEG-PS muxer which streams will send nothing soon, since it waits for
// each stream (container.WaitsForStreams). For other containers it does nothing.
type absentees struct {
	needed bool
	writer *writer
	tracks []track
	order  *interleaver
	absent []bool // by stream
}

// mark says whether a stream is absent. FFmpeg's muxer does not wait for subtitles, so an absent
// stream is called subtitles. That changes nothing else, because the muxer looks at the kind of a
// stream nowhere else once the header has been written.
func (a *absentees) mark(stream int, absent bool) {
	if !a.needed || a.absent[stream] == absent {
		return
	}
	a.absent[stream] = absent
	kind := a.tracks[stream].kind
	if absent {
		kind = astiav.MediaTypeSubtitle
	}
	a.writer.format.Streams()[stream].CodecParameters().SetMediaType(kind)
}

// farAhead is how far ahead of a packet a stream must be so that its own next packet will not come
// soon.
const farAhead = time.Second

// markFor marks all streams that will not send soon after this packet, which is about to be
// written: those without a packet, because they have ended, are silent or are not awaited any
// longer, and those whose own next packet is far ahead.
func (a *absentees) markFor(next pipeline.Packet) {
	if !a.needed {
		return
	}
	now := a.tracks[next.StreamIndex()].seconds(next.Dts())
	for i := range a.tracks {
		q := &a.order.queues[i]
		switch {
		case i == next.StreamIndex():
			a.mark(i, false)
		case q.empty(), a.tracks[i].seconds(q.first().Dts())-now > farAhead.Seconds():
			a.mark(i, true)
		}
	}
}
