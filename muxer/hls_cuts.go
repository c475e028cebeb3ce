package muxer

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// hlsCuts makes FFmpeg's muxer for HLS end its segments where they should end: at the first key
// frame at or after each multiple of the length of a segment, counted from the first picture.
//
// FFmpeg counts from the first packet, which may be one of sound that is earlier, and in whole
// microseconds. So it would also cut at a key frame shortly before a multiple. Such a frame is
// written without its mark.
type hlsCuts struct {
	segments container.Segments
	micros   int64 // the length of a segment as FFmpeg knows it
	tracks   func() []*astiav.Stream

	// What FFmpeg's muxer keeps (hls_write_packet in hlsenc.c).
	begun      bool
	start      int64 // in microseconds
	fromSound  bool
	number     int64 // of the segment, from 1
	segmentPTS int64

	started bool
	origin  int64 // the time of the first picture
	cuts    int64 // how many multiples have passed
}

// microsecond is FFmpeg's AV_TIME_BASE_Q.
var microsecond = astiav.NewRational(1, 1_000_000)

// newHLSCuts returns the cuts of an output.
func newHLSCuts(s container.Segments, w *writer) *hlsCuts {
	return &hlsCuts{segments: s, micros: s.HLSMicros(w.inside), tracks: w.format.Streams, number: 1}
}

// prepare prepares a packet that FFmpeg gets next.
func (c *hlsCuts) prepare(p pipeline.Packet) {
	stream := c.tracks()[p.StreamIndex()]
	isVideo := stream.CodecParameters().MediaType() == astiav.MediaTypeVideo
	base := stream.TimeBase()
	now := astiav.RescaleQ(p.Pts(), base, microsecond)
	first := !c.begun
	c.noteStart(now, isVideo)
	if !isVideo {
		return
	}
	if !c.started {
		c.started, c.origin, c.segmentPTS = true, p.Pts(), p.Pts()
	}
	willing := !first && p.Pts() > c.segmentPTS && now-c.start >= c.micros*c.number
	if !willing || !p.Flags().Has(astiav.PacketFlagKey) {
		return
	}
	passed := c.segments.Passed(p.Pts()-c.origin+1, base)
	if passed <= c.cuts {
		p.SetFlags(p.Flags().Del(astiav.PacketFlagKey))
		return
	}
	c.cuts, c.segmentPTS = passed, p.Pts()
	c.number++
}

// noteStart notes the time from which FFmpeg counts.
func (c *hlsCuts) noteStart(now int64, isVideo bool) {
	switch {
	case !c.begun:
		c.begun, c.start, c.fromSound = true, now, !isVideo
	case c.fromSound && isVideo && c.start > now:
		c.start, c.fromSound = now, false
	}
}
