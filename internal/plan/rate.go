package plan

import (
	"math"

	"github.com/asticode/go-astiav"
)

// mostDenominator bounds the fraction that a frame rate becomes: 1001 thousandths and the like fit
// with room to spare, and a time base of microseconds still can say it.
const mostDenominator = 1_001_000

// frameRate returns the simplest fraction that is nearest to f, by continued fractions: the first
// convergent that is f to the last bit of a float64, or else the last whose denominator is not too
// large.
func frameRate(f float64) (astiav.Rational, bool) {
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
