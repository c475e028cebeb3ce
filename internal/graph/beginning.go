package graph

import (
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// beginning says with which packets of pictures an output begins that joins late.
//
// An encoder that looks ahead gives a picture long after the sound beside it, which the output has
// missed if the picture was inside the encoder when the output joined. So the output waits for a
// key frame that the encoder was given since, where it makes one when it is asked.
type beginning struct {
	pictures []bool // by stream: its packets need a key frame to begin with
	waits    []bool // by stream: key frames from before are not enough
	joined   time.Time
}

// beginNow returns the beginning of an output that joins now.
func (r *Run) beginNow() beginning {
	b := beginning{pictures: pictures(r.Streams), waits: make([]bool, len(r.Streams)), joined: time.Now()}
	sound := false
	for _, s := range r.Streams {
		sound = sound || s.Audio != nil
	}
	for i, s := range r.Streams {
		b.waits[i] = sound && s.RequestKey != nil
	}
	return b
}

// with says whether the output can begin with a packet of a stream.
func (b *beginning) with(stream int, p pipeline.Packet) bool {
	switch {
	case !b.pictures[stream]:
		return true
	case !isKey(p):
		return false
	default:
		return !b.waits[stream] || p.Given.IsZero() || !p.Given.Before(b.joined)
	}
}

// pictures returns, for each stream, whether its packets need a key frame to begin with.
func pictures(streams []OpenStream) []bool {
	all := make([]bool, len(streams))
	for i, s := range streams {
		all[i] = s.Video != nil
	}
	return all
}

// isKey says whether a packet is a key frame, with which pictures can go on after a loss.
func isKey(p pipeline.Packet) bool { return p.Flags().Has(astiav.PacketFlagKey) }
