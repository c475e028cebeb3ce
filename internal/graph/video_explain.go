package graph

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
)

// explain finds the setting that keeps the encoder from opening.
func (a *videoAttempt) explain(err error) error {
	if _, ok := errors.AsType[*fault.ConfigError](err); ok || errors.Is(err, gpu.ErrUnavailable) {
		return err
	}
	o, s := &a.opener, a.encoded
	name := o.Codec.Name()
	if known := codec.ExplainEncoder(name, err); known != nil && a.device == nil {
		return known
	}
	for _, v := range videoProbes {
		if v.name == firstSizeProbe {
			if e := a.tooSmall(); e != nil {
				return e
			}
		}
		if v.threads >= a.threads && v.threads > 0 || !o.Opens(o.Options, v.name) {
			continue
		}
		return a.refusedField(v.field, fmt.Sprintf("%d×%d", v.width, v.height))
	}
	if e := fault.First(a.refusedFormat(), blameDriver(a.device, name, err)); e != nil {
		return e
	}
	return &fault.ConfigError{
		Field: "Codec", Value: name, Err: codec.Informative(err),
		Reason: fmt.Sprintf("the encoder does not open for %d×%d pixels in %s at %s frames per second%s",
			s.Width, s.Height, s.Format.Name(), rateText(a.plan.Rate), encoderHints[name]),
	}
}

// refusedFormat is the error about a pixel format that the encoder lists but does not open with,
// although it opens with another one; nil where another format does not help.
func (a *videoAttempt) refusedFormat() error {
	o, asked := &a.opener, a.plan.Config.PixelFormat
	e := &fault.ConfigError{
		Field:  "PixelFormat",
		Value:  asked,
		Reason: o.Codec.Name() + " names it, but does not open with it",
	}
	for _, f := range plan.Encodable(o.Codec, a.plan.InputFormat) {
		if f != a.encoded.Format && o.Opens(o.Options, f.Name()) {
			e.Supported = append(e.Supported, f.Name())
		}
	}
	if asked == "" || len(e.Supported) == 0 {
		return nil
	}
	return e
}

// encoderHints are what helps where no single setting is to blame.
var encoderHints = map[string]string{
	"dnxhd": "; DNxHD knows a few sizes and bit rates only, such as 1920×1080 with ExtraOptions[b] 120M: set ExtraOptions[profile] to dnxhr_sq, or another dnxhr, for all others",
}

// refusedField is the error about a field without which the encoder opens, at the latter for a size
// with that size.
func (a *videoAttempt) refusedField(field, size string) error {
	encoder, s := a.opener.Codec.Name(), a.encoded
	e := &fault.ConfigError{Field: field}
	switch field {
	case "Threads":
		e.Value, e.Reason = a.threads, encoder+" does not open with so many threads"
	case "FrameRate":
		e.Value, e.Supported = a.plan.Config.FrameRate, frameRates(a.opener.Codec, a.plan.Config.FrameRate)
		e.Reason = fmt.Sprintf("%s does not encode %s frames per second", encoder, rateText(a.plan.Rate))
		if len(e.Supported) == 0 {
			e.Reason += "; it does encode 25"
		}
	default:
		e.Value = s.Width
		e.Reason = fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %s", encoder, s.Width, s.Height, size)
	}
	return e
}

// tooSmall is the error about a size that is too small for the encoder, or no multiple of what it
// takes; nil where a larger one does not help.
func (a *videoAttempt) tooSmall() error {
	o, s := &a.opener, a.encoded
	info := astiavx.DescribePixelFormat(s.Format)
	stepX, stepY := 1<<info.Log2ChromaWidth, 1<<info.Log2ChromaHeight
	w, h, ok := o.MinSize(s.Width, s.Height, stepX, stepY)
	if !ok {
		return nil
	}
	e := &fault.ConfigError{Field: "Width", Value: a.plan.Config.Width}
	if w <= s.Width {
		e.Field, e.Value = "Height", a.plan.Config.Height
	}
	e.Reason = fmt.Sprintf(
		"%s does not encode %d×%d pixels; it does encode %d×%d",
		o.Codec.Name(),
		s.Width,
		s.Height,
		w,
		h,
	)
	if o.Opens(o.Options, codec.SizeProbe(w+stepX, h+stepY)) {
		e.Reason += " and larger"
	}
	return e
}

// frameRates are those that the encoder names, the nearest first.
func frameRates(codec *astiav.Codec, near float64) []string {
	rates := codec.SupportedFrameRates()
	away := func(r astiav.Rational) float64 { return math.Abs(r.Float64() - near) }
	slices.SortStableFunc(rates, func(a, b astiav.Rational) int { return cmp.Compare(away(a), away(b)) })
	names := make([]string, len(rates))
	for i, r := range rates {
		names[i] = rateText(r)
	}
	return slices.Compact(names)
}

func rateText(r astiav.Rational) string { return strings.TrimSuffix(r.String(), "/1") }
