package graph

import (
	"fmt"
	"math"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Times says in which unit the pictures of a stream have their times, and which times there can be.
type Times struct {
	Base  astiav.Rational // the unit, in seconds
	Frame int64           // how many units a picture is shown for, nominally
	// Reordered is over how many successive pictures the limit of the gap counts: more than one if
	// pictures are decoded in another order than they are shown.
	Reordered int
	gap, last limit
	filled    bool // gaps are filled with repeats, so that their limit does not apply
}

// MostReordered is the largest number in Times.Reordered.
const MostReordered = 8

// limit is the smallest limit of all containers.
type limit struct {
	most      time.Duration // 0: there is none
	container string
}

// usualReordered is over how many pictures x264 and x265 reorder at their usual settings.
const usualReordered = 5

func newTimes(base, rate astiav.Rational, reorders bool) Times {
	t := Times{Base: base, Frame: max(1, astiav.RescaleQ(1, rate.Invert(), base)), Reordered: 1}
	if reorders {
		t.Reordered = usualReordered
	}
	return t
}

// restrict takes the limits of another container into account.
func (t *Times) restrict(name string, l container.TimeLimits) {
	if !t.filled {
		t.gap.restrict(name, l.Gap)
	}
	t.last.restrict(name, l.Last)
}

func (l *limit) restrict(name string, most time.Duration) {
	if most > 0 && (l.most == 0 || most < l.most) {
		*l = limit{most, name}
	}
}

// Check returns an error for a time that a container cannot hold. The last Reordered pictures and
// this one are so many units apart.
func (t Times) Check(pts time.Duration, apart int64) *fault.ConfigError {
	switch {
	case t.last.most > 0 && pts > t.last.most:
		const text = "is beyond what %s can hold, which is %v; begin another file before, " +
			"or write mkv, which has no such limit"
		return &fault.ConfigError{Reason: fmt.Sprintf(text, t.last.container, t.last.most)}
	case t.gap.most > 0 && t.Duration(apart) > t.gap.most:
		const text = "is too long after the pictures before: %s holds gaps of %v; " +
			"set OutFrameRate, which repeats pictures, or write mkv"
		return &fault.ConfigError{Reason: fmt.Sprintf(text, t.gap.container, t.gap.most.Truncate(time.Second))}
	}
	return nil
}

// Duration converts a number of units, which must not be negative. It returns the longest Duration
// for all that are longer.
func (t Times) Duration(units int64) time.Duration {
	d := float64(units) * t.Base.Float64() * float64(time.Second)
	if d >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(d)
}
