package film

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// clock counts the frames of a stream in its time base.
type clock struct{ ticks int64 } // of a frame

// newClock returns an error if a frame does not last a whole number of ticks.
func newClock(base, rate astiav.Rational) (clock, error) {
	if base.Num() <= 0 || base.Den() <= 0 || rate.Num() <= 0 || rate.Den() <= 0 {
		return clock{}, fmt.Errorf("the time base is %v and the frame rate %v", base, rate)
	}
	ticks, per := int64(base.Den())*int64(rate.Den()), int64(base.Num())*int64(rate.Num())
	if ticks%per != 0 {
		const text = "a frame lasts no whole number of ticks: the time base is %v and the frame rate %v"
		return clock{}, fmt.Errorf(text, base, rate)
	}
	return clock{ticks / per}, nil
}

// frame returns the number of the frame at a time; false: there is none.
func (c clock) frame(ticks int64) (int64, bool) { return ticks / c.ticks, ticks%c.ticks == 0 }

// framesIn returns how many frames a duration covers, rounded up.
func (c clock) framesIn(ticks int64) int64 { return (ticks + c.ticks - 1) / c.ticks }

// checker checks that the packets of a chunk are one for each frame, and that a decoder can begin
// with the first.
type checker struct {
	clock
	frames int64
	seen   []uint64 // a bit for each frame
	count  int64    // of packets
	lead   int64    // how many frames the packets come too late for their times, at most
}

func newChecker(frames int, base, rate astiav.Rational) (*checker, error) {
	c, err := newClock(base, rate)
	return &checker{clock: c, frames: int64(frames), seen: make([]uint64, (frames+63)/64)}, err
}

// add checks the next packet, with the times of its chunk.
func (c *checker) add(p pipeline.Packet) error {
	frame, ok := c.frame(p.Pts())
	switch {
	case c.count == 0 && !p.Flags().Has(astiav.PacketFlagKey):
		return fmt.Errorf("its first packet is no key frame")
	case !ok:
		return fmt.Errorf("packet %d is shown at %d ticks, between two frames, which last %d", c.count, p.Pts(), c.ticks)
	case frame < 0 || frame >= c.frames:
		return fmt.Errorf("packet %d is for frame %d, and the chunk has frames 0 to %d", c.count, frame, c.frames-1)
	case c.seen[frame/64]&(1<<(frame%64)) != 0:
		return fmt.Errorf("there are two packets for frame %d", frame)
	}
	c.seen[frame/64] |= 1 << (frame % 64)
	c.lead = max(c.lead, c.count-frame)
	c.count++
	return nil
}

// end checks that no packet is missing.
func (c *checker) end() error {
	if c.count != c.frames {
		return fmt.Errorf("there are %d packets for %d frames", c.count, c.frames)
	}
	return nil
}
