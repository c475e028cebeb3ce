package muxer

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// lead is how far before its first frame a stream begins: the priming of sound, and what is decoded before it is shown.
type lead struct {
	ticks int64
	base  astiav.Rational
}

// x265Lead is by how many frames libx265 decodes ahead at most: two with a pyramid of B-frames, which is its default (bframeDelay
// in its encoder.cpp).
const x265Lead = 2

func leadOf(s Stream) lead {
	if s.Codec.MediaType() == astiav.MediaTypeAudio {
		return lead{int64(astiavx.InitialPadding(s.Codec)), astiav.NewRational(1, s.Codec.SampleRate())}
	}
	frames := int64(astiavx.Reordering(s.Codec))
	if astiavx.OpenEncoder(s.Codec) == "libx265" {
		frames = max(frames, x265Lead) // which FFmpeg's wrapper does not say
	}
	return lead{frames, s.Codec.TimeBase()}
}

// makeRoom moves all times of such a container, before its first packet, as far as the streams that have sent nothing yet
// may begin before 0.
func (m *Mux) makeRoom() error {
	if m.roomy {
		return nil
	}
	m.roomy = true
	if !container.BeginsAtZero(m.format.OutputFormat().Name()) {
		return nil
	}
	moved := false
	for i := range m.tracks {
		if t := &m.tracks[i]; !t.started && !m.order.hasEnded(i) && t.lead.ticks > 0 {
			m.shiftAll(t.lead)
			moved = true
		}
	}
	if !moved || !container.RefusesEarlier(m.format.OutputFormat().Name()) {
		return nil
	}
	for i := range m.tracks { // the empty packet is the first, so FFmpeg makes no room for the one that has come
		m.shiftAll(m.tracks[i].lead)
	}
	return m.explain("make room for a stream that begins late", m.beginAtZero())
}

// shiftAll moves the times of all streams at least as far as a stream with this lead begins before 0.
func (m *Mux) shiftAll(l lead) {
	for i := range m.tracks {
		t := &m.tracks[i]
		t.shift = max(t.shift, astiav.RescaleQRnd(l.ticks, l.base, t.to, astiav.RoundingUp))
	}
}

// beginAtZero gives FLV's muxer an empty packet at 0, because it refuses all that lies before its first packet. Of several
// streams it is one of sound, where decoders know packets without data.
func (m *Mux) beginAtZero() error {
	stream := max(0, slices.IndexFunc(m.tracks, func(t track) bool { return !t.isVideo() }))
	empty := pipeline.NewPacket()
	defer empty.Free()
	empty.SetStreamIndex(stream)
	empty.SetDts(0)
	empty.SetPts(0)
	return m.format.WriteFrame(empty.Packet)
}

// move gives a packet the time that it has in the file.
func (t *track) move(p pipeline.Packet) {
	p.SetDts(p.Dts() + t.shift)
	p.SetPts(p.Pts() + t.shift)
}
