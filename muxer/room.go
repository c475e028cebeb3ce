package muxer

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// lead is how far before its first frame a stream begins: the priming of sound, and what is decoded before it is shown.
type lead struct {
	ticks int64
	base  astiav.Rational
}

func leadOf(s Stream) lead {
	if s.Codec.MediaType() == astiav.MediaTypeAudio {
		return lead{int64(astiavx.InitialPadding(s.Codec)), astiav.NewRational(1, s.Codec.SampleRate())}
	}
	return lead{int64(astiavx.Reordering(s.Codec)), s.Codec.TimeBase()}
}

// makeRoom moves all times of an MPEG-TS, which has none before 0, back as far as streams that have sent nothing yet may begin before 0. FFmpeg does that by
// itself, but looks at the first packet alone, and has it right only if that is the earliest.
func (m *Mux) makeRoom() {
	if m.roomy {
		return
	}
	m.roomy = true
	if m.format.OutputFormat().Name() != "mpegts" {
		return
	}
	for i := range m.tracks {
		late := &m.tracks[i]
		if late.started || m.order.hasEnded(i) {
			continue
		}
		for k := range m.tracks {
			t := &m.tracks[k]
			t.shift = max(t.shift, astiav.RescaleQRnd(late.lead.ticks, late.lead.base, t.to, astiav.RoundingUp))
		}
	}
}

// move gives a packet the time that it has in the file.
func (t *track) move(p pipeline.Packet) {
	p.SetDts(p.Dts() + t.shift)
	p.SetPts(p.Pts() + t.shift)
}
