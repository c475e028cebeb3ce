package muxer

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// sequence checks that packets come in the order of their decoding times, for a container whose
// muxer takes no other order. The zero value is ready.
type sequence struct {
	dts  int64           // of the last packet
	base astiav.Rational // of dts; zero: there was no packet
}

// check refuses a packet that is earlier than the one before it.
func (s *sequence) check(container string, p pipeline.Packet, base astiav.Rational) error {
	if s.base.Den() > 0 && earlier(p.Dts(), base, s.dts, s.base) {
		return fmt.Errorf("%s takes packets in the order of their decoding times only, and a packet of "+
			"stream %d at %.3f s comes after one at %.3f s: feed all streams, or write mkv, where a stream may fall behind",
			container, p.StreamIndex(), float64(p.Dts())*base.Float64(), float64(s.dts)*s.base.Float64())
	}
	s.dts, s.base = p.Dts(), base
	return nil
}
