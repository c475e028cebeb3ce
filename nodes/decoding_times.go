package nodes

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// x265Ahead is how many pictures libx265 decodes ahead at most: two with a pyramid of B-frames,
// which is its default (bframeDelay in its encoder.cpp). FFmpeg's wrapper does not report it.
const x265Ahead = 2

// DecodedAhead returns how many pictures of an open encoder are decoded, at most, before the first
// one is shown.
func DecodedAhead(codec *astiav.CodecContext) int64 {
	ahead := int64(astiavx.Reordering(codec))
	if astiavx.OpenEncoder(codec) == "libx265" {
		return max(ahead, x265Ahead)
	}
	return ahead
}

// decodingTimes raises decoding times that are earlier than they need be. An encoder with B-frames
// gives a packet the time of a picture some places before, and its first packets the distance of
// its first pictures. At a constant rate this is as late as possible. But if the pictures there are
// an hour apart, the packet would be decoded an hour before it is shown, which readers of mp4
// refuse (mov_read_ctts in mov.c of FFmpeg 5 takes 2^28 ticks).
//
// A packet has to be decoded before each picture that the encoder still holds is shown, and the
// decoder needs a nominal duration for each picture that it decodes ahead.
type decodingTimes struct {
	ahead   int64   // in units of the time base; 0: decoding times stay as they are
	pending []int64 // the times of the pictures that the encoder has not returned, rising
	started bool
	last    int64 // the decoding time of the last packet
}

func newDecodingTimes(codec *astiav.CodecContext, nominal int64) decodingTimes {
	if codec.MediaType() != astiav.MediaTypeVideo {
		return decodingTimes{}
	}
	return decodingTimes{ahead: DecodedAhead(codec) * nominal}
}

// send notes the time of a picture that the encoder is given.
func (d *decodingTimes) send(pts int64) {
	if d.ahead > 0 {
		d.pending = append(d.pending, pts)
	}
}

// raise sets the decoding time of the next packet that the encoder returns.
func (d *decodingTimes) raise(p pipeline.Packet) {
	i, found := slices.BinarySearch(d.pending, p.Pts())
	if !found || p.Dts() == astiav.NoPtsValue {
		return
	}
	first := d.pending[0]
	d.pending = slices.Delete(d.pending, i, i+1)
	dts := max(p.Dts(), first-d.ahead)
	if d.started {
		dts = max(dts, d.last+1)
	}
	d.started, d.last = true, min(dts, p.Pts())
	p.SetDts(d.last)
}
