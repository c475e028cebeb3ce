package plan

import (
	"math"
	"time"

	"github.com/asticode/go-astiav"
)

// mostDenominator bounds the denominator of a fraction. Fractions of 1001 fit with room to spare,
// and a time base of microseconds can still represent the rate.
const mostDenominator = 1_001_000

// nearestFraction returns a simple fraction near to f by continued fractions: the first convergent
// that equals f as a float64, otherwise the last one whose denominator is at most mostDenominator.
// It returns false if f is not positive or is too large or too small for a fraction.
func nearestFraction(f float64) (astiav.Rational, bool) {
	if !(f > 0) || f > math.MaxInt32 {
		return astiav.Rational{}, false
	}
	p0, q0, p1, q1 := int64(0), int64(1), int64(1), int64(0)
	for rest := f; ; {
		whole := math.Floor(rest)
		p2, q2 := int64(whole)*p1+p0, int64(whole)*q1+q0
		if q2 > mostDenominator || p2 > math.MaxInt32 {
			break
		}
		p0, q0, p1, q1 = p1, q1, p2, q2
		if float64(p1)/float64(q1) == f || rest == whole {
			break
		}
		rest = 1 / (rest - whole)
		if rest > math.MaxInt32 {
			break
		}
	}
	if p1 == 0 {
		return astiav.Rational{}, false
	}
	return astiav.NewRational(int(p1), int(q1)), true
}

// NearestTick returns the tick nearest to a time that is not negative, and the later one of two, of
// a clock with so many ticks per second: samples, or units of a time base. It is exact. Seconds and
// their rest are apart, because a product of the whole time would overflow.
func NearestTick(at time.Duration, perSecond int64) int64 {
	seconds, rest := int64(at/time.Second), int64(at%time.Second)
	return seconds*perSecond + (rest*perSecond+int64(time.Second)/2)/int64(time.Second)
}
