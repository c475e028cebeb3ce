package muxer

import (
	"fmt"
	"math"
	"slices"

	"github.com/asticode/go-astiav"
)

// RateError says that a container cannot say when the pictures of a stream are shown, at the
// stream's frame rate. Without it FFmpeg would write another rate, or times that are pushed on, and
// the pictures would leave their sound behind.
type RateError struct {
	Stream    int
	Reason    string
	Supported []string // rates that the container can say: some, or all where they are few
}

func (e *RateError) Error() string { return e.Reason }

// rateRule is what a container can say of a constant frame rate, where that is less than its time
// base tells.
type rateRule struct {
	least, most float64 // 0: no bound
	whole       bool    // whole frames per second only
	few         []astiav.Rational
	why         string
	examples    []string
}

// rateRules have their reasons in FFmpeg's muxers, which write something else instead of refusing.
var rateRules = map[string]rateRule{
	"avi": { // avi_write_header in avienc.c writes 600 instead
		most: 1000, why: "FFmpeg writes no rate above 1000 into avi",
		examples: []string{"1000", "600", "500", "240", "120", "60"},
	},
	"gif": { // gif_get_delay in gif.c: 16 bits of 1/100 s; browsers show a delay below 2 of them as 10
		least: 100.0 / math.MaxUint16, most: 50,
		why:      "gif counts in hundredths of a second, and viewers show a picture of fewer than two of them for ten",
		examples: []string{"50", "25", "20", "10"},
	},
	"apng": { // apng_write_packet in apngenc.c
		least: 1.0 / math.MaxUint16, most: math.MaxUint16,
		why: "apng says how long a picture is shown as a fraction of two numbers of 16 bits",
	},
	"swf":       flash,
	"avm2":      flash,
	"film_cpk":  {whole: true, why: "film_cpk says whole frames per second only"},  // film_write_header in segafilmenc.c
	"filmstrip": {whole: true, why: "filmstrip says whole frames per second only"}, // write_trailer in filmstripenc.c
}

// flash is 8.8 bits of frames per second (swf_write_header in swfenc.c). FFmpeg rounds what they do
// not hold.
var flash = rateRule{least: 1, most: 255, why: "Flash says frames per second in 8 bits and 8 bits of fraction"}

var (
	ntsc  = astiav.NewRational(30000, 1001)
	ntsc2 = astiav.NewRational(60000, 1001)
	pal   = astiav.NewRational(25, 1)
	pal2  = astiav.NewRational(50, 1)
)

// linesRules are rates that follow from the height of the picture (dv_profiles in FFmpeg's
// dv_profile.c, gxf_write_header in gxfenc.c).
var linesRules = map[string]map[int][]astiav.Rational{
	"dv":  {480: {ntsc}, 576: {pal}, 720: {ntsc2, pal2}, 1080: {ntsc, pal}},
	"gxf": {480: {ntsc}, 512: {ntsc}, 576: {pal}, 608: {pal}},
}

// ruleFor is what a container can say of the rate of a stream whose time base there is known.
func ruleFor(format *astiav.OutputFormat, s Stream, clock astiav.Rational) rateRule {
	name := format.Name()
	if few, ok := linesRules[name][s.Codec.Height()]; ok {
		return rateRule{few: few, why: fmt.Sprintf("%s has a rate of its own for pictures of %d lines", name, s.Codec.Height())}
	}
	rule, ok := rateRules[name]
	if ok {
		return rule
	}
	ticks := clock.Invert().Float64()
	if !format.Flags().Has(astiav.IOFormatFlagTsNonstrict) && !format.Flags().Has(astiav.IOFormatFlagNotimestamps) {
		rule = rateRule{most: ticks, why: fmt.Sprintf("%s counts in 1/%g s, and no two pictures may have one time", name, ticks)}
	}
	if IsMovFamily(name) { // the durations in its index have 32 bits, of which FFmpeg uses 31
		rule.least = ticks / math.MaxInt32
		rule.why = fmt.Sprintf("%s counts in 1/%g s, in 31 bits from one picture to the next", name, ticks)
	}
	return rule
}

// checkRates finds the streams of pictures whose rate the container, whose header has been written,
// cannot say.
func (m *Mux) checkRates(streams []Stream) error {
	for i, s := range streams {
		if s.FrameRate.Num() <= 0 {
			continue
		}
		if err := ruleFor(m.format.OutputFormat(), s, m.format.Streams()[i].TimeBase()).check(s.rate()); err != nil {
			err.Stream = i
			return err
		}
	}
	return nil
}

// check says why a rate will not do; nil: it will.
func (r rateRule) check(rate astiav.Rational) *RateError {
	v := rate.Float64()
	e := &RateError{Reason: r.why, Supported: slices.Clone(r.examples)}
	switch {
	case len(r.few) > 0 && !slices.ContainsFunc(r.few, func(f astiav.Rational) bool { return f.Num()*rate.Den() == f.Den()*rate.Num() }):
		for _, f := range r.few {
			e.Supported = append(e.Supported, f.String())
		}
	case r.whole && rate.Den() != 1:
		e.Supported = []string{fmt.Sprint(max(1, math.Floor(v))), fmt.Sprint(math.Ceil(v))}
	case r.most > 0 && v > r.most:
		e.Reason += fmt.Sprintf("; %g is the most", r.most)
		if e.Supported == nil {
			e.Supported = []string{fmt.Sprint(r.most)}
		}
	case v < r.least:
		e.Reason += fmt.Sprintf("; %.3g is the least", r.least)
		e.Supported = nil
	default:
		return nil
	}
	return e
}
