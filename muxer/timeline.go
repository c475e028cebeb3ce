package muxer

import (
	"math"

	"github.com/asticode/go-astiav"
)

// Moment is an exact time: a number of ticks of a time base. The zero value is time 0.
type Moment struct {
	Ticks int64
	Base  astiav.Rational // zero: Ticks do not count
}

// isZero says whether the moment is time 0.
func (m Moment) isZero() bool { return m.Ticks == 0 || m.Base.Num() == 0 }

// before says whether the moment is earlier than another one, which has a time base, too.
func (m Moment) before(other Moment) bool { return earlier(m.Ticks, m.Base, other.Ticks, other.Base) }

// timeline gives the times of a stream, whose ticks are those of its encoder, as times since the
// origin of the output. It counts in ticks that are small enough for both.
type timeline struct {
	base    astiav.Rational
	perTick int64 // how many of its ticks are one of the encoder
	origin  int64 // in its ticks
}

// newTimeline returns the timeline of a stream. It is exact, unless the common time base of stream
// and origin does not fit into a fraction of FFmpeg. Then the origin is rounded to the finest time
// base that does.
func newTimeline(from astiav.Rational, origin Moment) timeline {
	if origin.isZero() {
		return timeline{base: from, perTick: 1}
	}
	own, other := int64(from.Num())*int64(origin.Base.Den()), int64(origin.Base.Num())*int64(from.Den())
	common := gcd(own, other)
	den := int64(from.Den()) * int64(origin.Base.Den())
	shared := gcd(common, den)
	if common/shared <= math.MaxInt32 && den/shared <= math.MaxInt32 {
		return timeline{
			base: astiav.NewRational(int(common/shared), int(den/shared)), perTick: own / common,
			origin: origin.Ticks * (other / common),
		}
	}
	t := timeline{perTick: max(1, math.MaxInt32/int64(from.Den()))}
	t.base = astiav.NewRational(from.Num(), from.Den()*int(t.perTick))
	t.origin = astiav.RescaleQ(origin.Ticks, origin.Base, t.base)
	return t
}

// since returns the time since the origin, in ticks of the timeline.
func (t timeline) since(ticks int64) int64 { return ticks*t.perTick - t.origin }

// gcd returns the greatest common divisor of two positive numbers.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
