package muxer

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// track is the state of a stream on its way into the container.
type track struct {
	kind     astiav.MediaType
	from, to astiav.Rational // time bases: of the encoder, and of the container, after its header
	held     astiav.Rational // of the packets that are held: from, or to after the header
	line     timeline        // of the encoder's times
	headers  *headerInserter // nil: the stream needs none
	lead     lead
	shift    int64 // is added to all times
	repeats  bool  // the container takes successive packets with the same decoding time
	apart    int64 // how many ticks of the container's clock a picture is shown for, at least
	started  bool  // a packet has come
	lastDTS  int64 // of the last packet that has come

	dependent bool  // packets that are no key packets cannot be decoded without earlier ones
	opened    bool  // an output that joined late has the packet with which the stream begins
	openedAt  int64 // the presentation time of that packet, in the encoder's time base

	cues *cues // of a stream of text; nil: it holds something else

	written    bool // the container has had a packet
	writtenDTS int64
	end        int64 // when the packets end that the container had
	writtenKey bool  // the last packet that the container had is a key frame

	needsPacket   bool   // the mov muxer can describe the stream only after a packet
	sample        []byte // a packet of silence, for that; nil: there is none
	sampleTicks   int64  // how long sample is, in the encoder's time base
	inFragment    bool   // the open fragment has a packet of the stream
	fragmentStart int64  // the decoding time of the first such packet
}

// newTrack returns the state of a stream before the header of a container is written.
func newTrack(format string, s Stream) track {
	t := track{
		apart: container.LeastApart(format),
		kind:  s.Codec.kind(), from: s.Codec.TimeBase, held: s.Codec.TimeBase, lead: s.lead(),
		line: newTimeline(s.Codec.TimeBase, Moment{}), dependent: dependent(s.Codec),
		needsPacket: container.NeedsSample(format, s.Codec.id()),
		sample:      s.Sample, sampleTicks: int64(s.Codec.Parameters.FrameSize()),
	}
	if t.isText() {
		t.cues = newCues(s.Codec)
	}
	return t
}

// usualBlock is how many samples a packet has if the encoder takes any number.
const usualBlock = 1024

// dependent says whether sound can be decoded from some of its packets on only. Pictures always
// count as dependent.
func dependent(c *Codec) bool {
	id := c.id()
	return id == astiav.CodecIDMlp || id == astiav.CodecIDTruehd
}

// isVideo says whether the stream holds pictures.
func (t *track) isVideo() bool { return t.kind == astiav.MediaTypeVideo }

// isText says whether the stream holds text. Such a stream is sparse: nothing waits for it.
func (t *track) isText() bool { return isTextKind(t.kind) }

func isTextKind(kind astiav.MediaType) bool { return kind == astiav.MediaTypeSubtitle }

// beginAt makes the stream begin at an origin. If that is not time 0, a stream of sound has no
// priming. Where the origin follows from the packets, because the output joins late, the stream may
// begin as much as a packet of sound before it.
func (t *track) beginAt(origin Moment, late bool) {
	t.line = newTimeline(t.from, origin)
	switch {
	case origin.isZero(), t.isVideo(), t.isText():
	case late:
		t.lead = lead{max(t.sampleTicks, usualBlock), t.from}
	default:
		t.lead = lead{0, t.from}
	}
}

// rescale converts the times of a packet to the container's time base, since the origin. It rounds
// the time at which the packet ends, instead of its duration, so that the last packet ends at the
// right time.
func (t *track) rescale(p pipeline.Packet) {
	p.SetDts(t.line.since(p.Dts()))
	p.SetPts(t.line.since(p.Pts()))
	p.SetDuration(p.Duration() * t.line.perTick)
	end := astiav.RescaleQ(p.Pts()+p.Duration(), t.line.base, t.to)
	hasDuration := p.Duration() > 0
	p.RescaleTs(t.line.base, t.to)
	if hasDuration {
		p.SetDuration(end - p.Pts())
	}
}

// raise keeps the decoding times of a stream strictly increasing if the container needs that, where
// a coarse time base has made two of them equal. It moves sound by a tick at most. Pictures are not
// moved on and on: New refuses a frame rate at which they would be. A picture is moved as far as
// the one before must be shown.
func (t *track) raise(p pipeline.Packet) {
	if t.started && !t.repeats && !t.isText() && p.Dts() < t.lastDTS+t.apart {
		p.SetDts(t.lastDTS + t.apart)
		p.SetPts(max(p.Pts(), p.Dts()))
	}
	t.started, t.lastDTS = true, p.Dts()
}

// move gives a packet the time that it has in the file.
func (t *track) move(p pipeline.Packet) {
	p.SetDts(p.Dts() + t.shift)
	p.SetPts(p.Pts() + t.shift)
}

// noteWritten notes that FFmpeg gets a packet.
func (t *track) noteWritten(p pipeline.Packet) {
	t.written, t.writtenDTS, t.writtenKey = true, p.Dts(), p.Flags().Has(astiav.PacketFlagKey)
	t.end = max(t.end, p.Pts()+p.Duration())
	if !t.inFragment {
		t.inFragment, t.fragmentStart = true, p.Dts()
	}
}

// seconds converts a time in the container's time base.
func (t *track) seconds(ticks int64) float64 { return float64(ticks) * t.to.Float64() }
