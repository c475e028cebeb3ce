package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// RateConfig describes the times of the pictures that a Rate receives and emits.
type RateConfig struct {
	Base     astiav.Rational // the time base of the input
	Duration int64           // how long the last picture is shown, in units of Base
	Rate     astiav.Rational // of the output, in frames per second
}

// Rate emits pictures at a constant rate: it repeats them, or leaves them out. The time of each
// picture is rounded to the nearest instant of the output; an instant in the middle between two
// becomes the later one. An instant shows the last picture that was rounded to it or to an earlier
// one. The output begins at the first picture's instant. It ends before the instant to which the
// end of the last picture is rounded, so that a picture which ends too early is not shown at all.
// The fps filter of FFmpeg does the same by default (vf_fps.c).
//
// The times of the output are in units of 1/RateConfig.Rate. A repeated picture is another
// reference to the same pixels. Rate holds the last picture until it knows how often that one is
// shown, which it learns from the next one. The next picture that is emitted carries the orders of
// one that is left out.
type Rate struct {
	cfg  RateConfig
	base astiav.Rational // of the output
	held pipeline.Frame  // the last picture; without a frame: there is none
	end  int64           // of the last picture, in the time base of the input
	next int64           // the first instant that has not been emitted
	// orders are those of the held picture, and of pictures that were left out before it.
	orders pipeline.Orders
}

var (
	_ pipeline.Processor[pipeline.Frame, pipeline.Frame] = (*Rate)(nil)
	_ pipeline.Holder                                    = (*Rate)(nil)
)

// NewRate returns a Rate. Close frees it.
func NewRate(cfg RateConfig) *Rate { return &Rate{cfg: cfg, base: cfg.Rate.Invert()} }

// Process emits the picture before this one, as often as it is shown, and holds this one.
func (r *Rate) Process(_ context.Context, in pipeline.Frame, emit pipeline.Emit[pipeline.Frame]) error {
	pts := in.Pts()
	instant, err := r.instant(pts)
	if err == nil {
		err = r.showUntil(instant, emit)
	}
	if err != nil {
		in.Free()
		return err
	}
	r.held, r.end = in, pts+r.cfg.Duration
	r.orders = r.orders.Then(in.Orders)
	return nil
}

// Flush emits the last picture, as often as it is shown.
func (r *Rate) Flush(_ context.Context, emit pipeline.Emit[pipeline.Frame]) error {
	if r.held.Frame == nil {
		return nil
	}
	instant, err := r.instant(r.end)
	if err != nil {
		return err
	}
	return r.showUntil(instant, emit)
}

// instant returns the instant of the output to which a time of the input is rounded.
func (r *Rate) instant(pts int64) (int64, error) {
	instant := astiav.RescaleQRnd(pts, r.cfg.Base, r.base, astiav.RoundingNearInf)
	if pts > 0 && instant < 0 {
		const text = "a picture at %.6g s is later than %s frames per second can be counted"
		return 0, fmt.Errorf(text, float64(pts)*r.cfg.Base.Float64(), r.cfg.Rate)
	}
	return instant, nil
}

// showUntil emits the held picture at each instant before this one, and holds it no more. If there
// is no picture yet, the output begins at this instant.
func (r *Rate) showUntil(instant int64, emit pipeline.Emit[pipeline.Frame]) error {
	if r.held.Frame == nil {
		r.next = instant
		return nil
	}
	for r.next < instant-1 {
		repeat, err := r.held.Ref()
		if err != nil {
			return err
		}
		if err := r.show(repeat, emit); err != nil {
			return err
		}
	}
	last := r.held
	r.held = pipeline.Frame{}
	if r.next >= instant {
		last.Free()
		return nil
	}
	return r.show(last, emit)
}

// show emits a picture at the next instant.
func (r *Rate) show(picture pipeline.Frame, emit pipeline.Emit[pipeline.Frame]) error {
	picture.SetPts(r.next)
	r.next++
	picture.Orders, r.orders = r.orders, pipeline.Orders{}
	return emit(picture)
}

// Held returns 1 if the Rate holds a picture, and otherwise 0.
func (r *Rate) Held() int64 {
	if r.held.Frame == nil {
		return 0
	}
	return 1
}

// Close frees the picture that the Rate holds.
func (r *Rate) Close() {
	if r.held.Frame != nil {
		r.held.Free()
		r.held = pipeline.Frame{}
	}
}
