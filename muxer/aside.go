package muxer

import (
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// standAside tells the MPEG-PS muxer whether to wait for a stream. A stream that it need not wait for is called subtitles,
// which changes nothing else: the muxer looks at the kind of a stream nowhere else once the header has been written.
func (m *Mux) standAside(stream int, aside bool) {
	if t := &m.tracks[stream]; m.aside && t.aside != aside {
		t.aside = aside
		kind := t.kind
		if aside {
			kind = astiav.MediaTypeSubtitle
		}
		m.format.Streams()[stream].CodecParameters().SetMediaType(kind)
	}
}

// aheadOfOthers is how far ahead of a packet a stream must be so that its own next packet will be a while.
const aheadOfOthers = time.Second

// putAside has all streams stand aside that will not send soon after this packet, which is due: those that have nothing,
// because they have ended, are silent or are not waited for any longer, and those whose own next packet lies far ahead.
func (m *Mux) putAside(next pipeline.Packet) {
	if !m.aside {
		return
	}
	at := float64(next.Dts()) * m.tracks[next.StreamIndex()].to.Float64()
	for i := range m.tracks {
		q := &m.order.queues[i]
		switch {
		case i == next.StreamIndex():
			m.standAside(i, false)
		case q.empty(), float64(q.first().Dts())*m.tracks[i].to.Float64()-at > aheadOfOthers.Seconds():
			m.standAside(i, true)
		}
	}
}
