package muxer

import (
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// cut tells to which part of a recording each packet of a stream belongs.
//
// Sound belongs to the part in which its time lies. Pictures belong to the part that begins with
// the last key frame before them in decoding order: each part begins with a key frame, and no
// picture in it needs one of another part. Where pictures come at irregular times, a part is no
// whole number of them, or nobody asked for its length, a part begins with the first key frame from
// that time on.
type cut struct {
	stream int
	base   astiav.Rational // of the packets
	length Moment          // of a part
	video  bool
	exact  bool // of pictures: one that begins where a part does is a key frame

	part  int64 // the number of the part of the last packet
	begin int64 // the time of the picture with which that part begins
	next  int64 // the first tick that is not in that part
}

// newCut returns the cut of a stream. asked: the program has asked for this length.
func newCut(stream int, s Stream, length Moment, asked bool) cut {
	c := cut{stream: stream, base: s.Codec.TimeBase, length: length, video: s.Codec.kind() == astiav.MediaTypeVideo}
	if asked && c.video && !s.Irregular && s.FrameRate.Num() > 0 {
		_, between := divide(length, Moment{1, s.FrameRate.Invert()})
		c.exact = !between
	}
	c.enter(0)
	c.begin = math.MinInt64 // of the first part; what comes before 0 belongs to it
	return c
}

// enter notes that the packets that follow are in this part.
func (c *cut) enter(part int64) { c.part, c.next = part, c.length.times(part+1).firstTick(c.base) }

// partOf returns the number of the part to which the next packet of the stream belongs. Numbers
// never fall.
func (c *cut) partOf(p pipeline.Packet) (int64, error) {
	key := p.Flags().Has(astiav.PacketFlagKey)
	switch {
	case p.Size() == 0: // it tells a new header
	case p.Pts() >= c.next && key:
		c.enter(c.length.fitsInto(c.begins(p)))
		c.begin = p.Pts()
	case !c.video:
	case p.Pts() >= c.next && c.exact:
		return 0, fmt.Errorf("the picture of stream %d at %s is no key frame, so that the part of the recording from %s on "+
			"cannot begin there: take an encoder that makes key frames where they are asked for",
			c.stream, c.begins(p), c.length.times(c.part+1))
	case p.Pts() < c.begin:
		return 0, fmt.Errorf("the picture of stream %d at %s is decoded after the key frame with which the part of the "+
			"recording from %s on begins, and is shown before it (an open GOP), so that no part can hold it: "+
			"make the encoder close its GOPs", c.stream, c.begins(p), c.length.times(c.part))
	}
	return c.part, nil
}

// begins returns the time at which a packet begins.
func (c *cut) begins(p pipeline.Packet) Moment { return Moment{p.Pts(), c.base} }
