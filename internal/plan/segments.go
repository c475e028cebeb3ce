package plan

import (
	"fmt"
	"math/big"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// PlanSegments finds how long the segments of a folder last, for so many streams, of which these
// are pictures. A segment consists of a whole number of frames of each of them.
func (t *Output) PlanSegments(streams int, videos []*Video) error {
	t.Segments = container.Segments{Name: t.Config.Path, Rings: 1}
	if t.Container.Name == container.DASH {
		t.Segments.Rings = streams
	}
	if t.Config.SegmentKeep != nil {
		t.Segments.Keep = *t.Config.SegmentKeep
	}
	if t.Config.Kind != ToFolder || t.Container.Name == container.Pictures {
		return nil
	}
	if t.Config.SegmentEvery == nil {
		t.Segments.Every = usualSegment(videos)
		return nil
	}
	every := *t.Config.SegmentEvery
	t.Segments.Every = big.NewRat(int64(every), int64(time.Second))
	for _, v := range videos {
		frames, err := v.framesIn(every)
		if err != nil {
			return err
		}
		t.Segments.Every = lasting(frames, v.OutRate)
	}
	return nil
}

// KeyEvery returns how many frames of a stream of pictures lie between two cuts; 0: there are no
// cuts, or they are at the key frames that there are anyway.
func (t *Output) KeyEvery(v *Video) int64 {
	every := t.Segments.Every
	if every == nil || v.Config.VariableRate && v.Config.OutFrameRate == 0 {
		return 0
	}
	frames := new(big.Rat).Mul(every, big.NewRat(int64(v.OutRate.Num()), int64(v.OutRate.Den())))
	if !frames.IsInt() {
		return 0
	}
	return frames.Num().Int64()
}

// usualSegment returns the length of segments if the program does not say: that of the first stream
// of pictures at a constant rate.
func usualSegment(videos []*Video) *big.Rat {
	for _, v := range videos {
		if !v.Config.VariableRate || v.Config.OutFrameRate != 0 {
			return container.UsualSegment(v.OutRate)
		}
	}
	return container.UsualSegment(astiav.Rational{})
}

// framesIn returns how many frames a segment has. A time in nanoseconds may be up to one beside the
// exact one.
func (p *Video) framesIn(every time.Duration) (int64, error) {
	e := &fault.ConfigError{Field: "SegmentEvery", Value: every}
	if p.Config.VariableRate && p.Config.OutFrameRate == 0 {
		e.Reason = "needs a constant rate, so that a frame begins where a segment does, " +
			"but VariableRate is set; set OutFrameRate, or leave SegmentEvery out"
		return 0, e
	}
	rate := p.OutRate.Float64()
	frames := NearestTick(every, int64(p.OutRate.Num())) // in units of 1/Den
	frames = (frames + int64(p.OutRate.Den())/2) / int64(p.OutRate.Den())
	if near := duration(frames, p.OutRate); frames > 0 && near-every <= 1 && every-near <= 1 {
		return frames, nil
	}
	e.Reason = fmt.Sprintf("is no whole number of frames: at %.6g frames per second it is %.6g of them",
		rate, every.Seconds()*rate)
	for _, n := range []int64{int64(every.Seconds() * rate), int64(every.Seconds()*rate) + 1} {
		if n > 0 {
			e.Supported = append(e.Supported, duration(n, p.OutRate).String())
		}
	}
	return 0, e
}

// duration returns how long so many frames last, in nanoseconds, rounded down.
func duration(frames int64, rate astiav.Rational) time.Duration {
	ns := new(big.Int).Mul(big.NewInt(frames), big.NewInt(int64(rate.Den())*int64(time.Second)))
	return time.Duration(ns.Div(ns, big.NewInt(int64(rate.Num()))).Int64())
}

// lasting returns how many seconds so many frames last.
func lasting(frames int64, rate astiav.Rational) *big.Rat {
	return new(big.Rat).Mul(big.NewRat(frames, 1), big.NewRat(int64(rate.Den()), int64(rate.Num())))
}
