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

// explain returns an error about the setting that keeps the encoder from opening. The opener has
// asked about the options already. Each check replaces one setting; cheap and likely ones come
// first, since the number of probes is bounded.
func (a *videoAttempt) explain(err error) error {
	if _, ok := errors.AsType[*fault.ConfigError](err); ok || errors.Is(err, gpu.ErrUnavailable) {
		return err
	}
	name, s := a.opener.Codec.Name(), a.encoded
	known := codec.ExplainEncoder(name, err)
	if known != nil && a.device == nil {
		return known
	}
	for _, check := range []func() *fault.ConfigError{a.explainThreads, a.explainFormat, a.explainRate, a.explainSize} {
		e := check()
		if e != nil {
			e.Err = codec.Informative(err)
			return e
		}
	}
	outdated := explainDriver(a.device, name, err)
	if outdated != nil {
		return outdated
	}
	return &fault.ConfigError{
		Field: "Codec", Value: name, Err: codec.Informative(err),
		Reason: fmt.Sprintf("the encoder does not open for %d×%d pixels in %s at %s frames per second%s",
			s.Width, s.Height, s.Format.Name(), rateText(a.plan.OutRate), encoderHints[name]),
	}
}

// encoderHints are advice for encoders that may not open although no single setting is wrong.
var encoderHints = map[string]string{
	"dnxhd": "; DNxHD knows a few sizes and bit rates only, such as 1920×1080 with BitRate 120000000: " +
		"set ExtraOptions[profile] to dnxhr_sq, or another dnxhr, for all others",
}

// explainThreads returns the error if the encoder opens with one thread.
func (a *videoAttempt) explainThreads() *fault.ConfigError {
	if a.threads <= 1 || !a.opensWith(func(s *videoSettings) { s.threads = 1 }) {
		return nil
	}
	return &fault.ConfigError{
		Field: "Threads", Value: a.threads, Reason: a.opener.Codec.Name() + " does not open with so many threads",
	}
}

// explainRate returns the error if the encoder opens at another frame rate.
func (a *videoAttempt) explainRate() *fault.ConfigError {
	if !a.opensWith(func(s *videoSettings) { s.rate = astiav.NewRational(usualRate, 1) }) {
		return nil
	}
	field, perSecond := a.plan.RateField()
	e := &fault.ConfigError{
		Field: field, Value: perSecond,
		Reason:    fmt.Sprintf("%s does not encode %s frames per second", a.opener.Codec.Name(), rateText(a.plan.OutRate)),
		Supported: frameRates(a.opener.Codec, perSecond),
	}
	if len(e.Supported) == 0 {
		e.Reason += fmt.Sprintf("; it does encode %d", usualRate)
	}
	if !a.plan.ChangesRate() {
		e.Reason += "; set OutFrameRate to a rate that it does"
	}
	return e
}

// frameRates returns the frame rates that the encoder lists, the nearest first.
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

// rateText returns a frame rate as text: "25", or "30000/1001".
func rateText(r astiav.Rational) string { return strings.TrimSuffix(r.String(), "/1") }

// explainFormat returns the error if the encoder lists the pixel format of the config, but opens
// only with others. It begins with formats that are RGB, or YUV, as the format is: the colours of
// the plan fit only those. If the encoder does not open with the first two, the format is not the
// reason.
func (a *videoAttempt) explainFormat() *fault.ConfigError {
	asked := a.plan.Config.PixelFormat
	if asked == "" {
		return nil
	}
	likely, others := a.otherFormats()
	var supported []string
	for i, f := range append(likely, others...) {
		if i == 2 && len(supported) == 0 {
			return nil
		}
		if a.opensWith(func(s *videoSettings) { s.format = f }) {
			supported = append(supported, f.Name())
		}
	}
	if len(supported) == 0 {
		return nil
	}
	return &fault.ConfigError{
		Field: "PixelFormat", Value: asked, Supported: supported,
		Reason: a.opener.Codec.Name() + " names it, but does not open with it",
	}
}

// otherFormats returns the formats of the encoder except the one that was tried: those that are
// RGB, or YUV, as that one is, and all others.
func (a *videoAttempt) otherFormats() (likely, others []astiav.PixelFormat) {
	tried := a.encoded.Format
	isRGB := func(f astiav.PixelFormat) bool { return astiavx.DescribePixelFormat(f).RGB }
	for _, f := range plan.Encodable(a.opener.Codec, a.plan.InputFormat) {
		switch {
		case f == tried:
		case isRGB(f) == isRGB(tried):
			likely = append(likely, f)
		default:
			others = append(others, f)
		}
	}
	return likely, others
}

// explainSize returns the error if the encoder opens with another size: with a slightly larger one,
// or with a usual one.
func (a *videoAttempt) explainSize() *fault.ConfigError {
	s, name := a.encoded, a.opener.Codec.Name()
	opens := func(width, height int) bool {
		return a.opensWith(func(s *videoSettings) { s.width, s.height = width, height })
	}
	side, other := a.plan.Sides()
	e := &fault.ConfigError{Field: side.Field, Value: side.Pixels}
	chroma := astiavx.DescribePixelFormat(s.Format)
	stepX, stepY := 1<<chroma.Log2ChromaWidth, 1<<chroma.Log2ChromaHeight
	w, h, larger := codec.LargerSize(s.Width, s.Height, stepX, stepY, opens)
	if !larger {
		var ok bool
		w, h, ok = a.findUsualSize()
		if !ok {
			return nil
		}
	}
	if larger && w == s.Width {
		e.Field, e.Value = other.Field, other.Pixels
	}
	e.Reason = fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %d×%d", name, s.Width, s.Height, w, h)
	if larger && opens(w+stepX, h+stepY) {
		e.Reason += " and larger"
	}
	return e
}
