package muxer

import (
	"math"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// cues writes the plain text of packets in the codec of the container, one by one as they are
// written.
//
// A packet of mov_text lasts until the next one, so packets without text stand between two cues,
// and before the first one. FFmpeg's muxer makes such packets too, but compares times of different
// clocks when it decides where they begin (mov_write_packet in movenc.c). It does so for streams
// that are mov_text by their codec, so the codec is hidden from it (writer.hideText).
type cues struct {
	codec *subtitle.Codec
	gaps  bool
	count int    // how many were written
	end   int64  // where the last one ends, in the container's time base
	text  []byte // memory for the next one
}

// newCues returns the cues of a stream of text.
func newCues(c *Codec) *cues {
	codec := subtitle.ByID(c.id())
	return &cues{codec: codec, gaps: container.NeedsGaps(codec.ID)}
}

// convert gives a packet, whose times are those of the container, the text in the container's
// codec. A cue that begins before the file has the part of it that is in the file.
func (c *cues) convert(p pipeline.Packet) error {
	begin, end := p.Pts(), p.Pts()+p.Duration()
	if first := c.first(); begin < first {
		begin = first
	}
	p.SetPts(begin)
	p.SetDts(begin)
	p.SetDuration(max(end-begin, 1)) // a coarse clock may have left nothing
	c.text = c.codec.Write(c.text[:0], string(astiavx.PacketBytes(p.Packet)), c.count)
	c.count++
	return astiavx.RewritePacket(p.Packet, c.text)
}

// first returns the first time at which the next cue may begin.
func (c *cues) first() int64 {
	if c.gaps {
		return c.end
	}
	return 0
}

// longestGap is how long a packet of a mov file lasts at most (check_pkt in movenc.c).
const longestGap = math.MaxInt32 - 1

// writeGap writes packets without text from the end of the last cue to the next one.
func (c *cues) writeGap(w *writer, next pipeline.Packet) error {
	for c.gaps && c.end < next.Pts() {
		duration := min(next.Pts()-c.end, longestGap)
		if err := w.writeEmptyText(next.StreamIndex(), c.end, duration); err != nil {
			return err
		}
		c.end += duration
	}
	c.end = next.Pts() + next.Duration()
	return nil
}

// endCues writes a packet without text at the end of each stream of mov_text, for readers that show
// a cue until the next packet.
func (m *Mux) endCues() error {
	for i := range m.tracks {
		t := &m.tracks[i]
		if !t.isText() || !t.cues.gaps || !t.written {
			continue
		}
		if err := m.writer.writeEmptyText(i, t.cues.end, 0); err != nil {
			return m.writer.explain("write a packet", err)
		}
	}
	return nil
}

// writeEmptyText gives FFmpeg a packet of mov_text without text.
func (w *writer) writeEmptyText(stream int, begin, duration int64) error {
	p := pipeline.NewPacket()
	defer p.Free()
	if err := astiavx.RewritePacket(p.Packet, subtitle.EmptyMovText); err != nil {
		return err
	}
	p.SetStreamIndex(stream)
	p.SetPts(begin)
	p.SetDts(begin)
	p.SetDuration(duration)
	return w.format.WriteFrame(p.Packet)
}
