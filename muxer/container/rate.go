package container

import (
	"fmt"
	"math"
	"slices"

	"github.com/asticode/go-astiav"
)

// RateError is the error for a frame rate at which a container cannot say when the pictures are
// shown. FFmpeg would write another rate, or delay pictures, so that they would lose their sound.
type RateError struct {
	Stream    int // the index of the stream
	Reason    string
	Supported []string // rates that the container can signal: examples, or all if they are few
}

func (e *RateError) Error() string { return e.Reason }

// rateRule says which constant frame rates a container can signal.
type rateRule struct {
	least, most float64 // frames per second; 0: no bound
	whole       bool    // whole frames per second only
	only        []astiav.Rational
	reason      string
	examples    []string
}

// CheckRate returns an error if the container cannot signal the frame rate of pictures of so many
// lines; nil if it can. clock is the time base that FFmpeg's muxer has chosen for the stream. The
// caller sets RateError.Stream.
func CheckRate(format *astiav.OutputFormat, lines int, clock, rate astiav.Rational) *RateError {
	return rateRuleFor(format, lines, clock).check(rate)
}

// rateRuleFor returns the rule of the tables, or else the one that follows from the time base.
func rateRuleFor(format *astiav.OutputFormat, lines int, clock astiav.Rational) rateRule {
	name := format.Name()
	if only, ok := rateRulesByLines[name][lines]; ok {
		return rateRule{only: only, reason: fmt.Sprintf("%s has fixed rates for pictures of %d lines", name, lines)}
	}
	rule, ok := rateRules[name]
	if ok {
		return rule
	}
	ticks := clock.Invert().Float64()
	flags := format.Flags()
	if !flags.Has(astiav.IOFormatFlagTsNonstrict) && !flags.Has(astiav.IOFormatFlagNotimestamps) {
		rule.most = ticks
		rule.reason = fmt.Sprintf("%s counts in 1/%g s, and no two pictures may have the same time", name, ticks)
	}
	if IsMovFamily(name) { // durations in its index have 32 bits, of which FFmpeg uses 31
		rule.least = ticks / math.MaxInt32
		rule.reason = fmt.Sprintf("%s counts in 1/%g s, in 31 bits from one picture to the next", name, ticks)
	}
	return rule
}

// check returns why a rate cannot be signalled; nil if it can.
func (r rateRule) check(rate astiav.Rational) *RateError {
	perSecond := rate.Float64()
	e := &RateError{Reason: r.reason, Supported: slices.Clone(r.examples)}
	switch {
	case len(r.only) > 0 && !r.lists(rate):
		for _, other := range r.only {
			e.Supported = append(e.Supported, other.String())
		}
	case r.whole && rate.Den() != 1:
		e.Supported = []string{fmt.Sprint(max(1, math.Floor(perSecond))), fmt.Sprint(math.Ceil(perSecond))}
	case r.most > 0 && perSecond > r.most:
		e.Reason += fmt.Sprintf("; %g is the most", r.most)
		if e.Supported == nil {
			e.Supported = []string{fmt.Sprint(r.most)}
		}
	case perSecond < r.least:
		e.Reason += fmt.Sprintf("; %.3g is the least", r.least)
		e.Supported = nil
	default:
		return nil
	}
	return e
}

// lists says whether a rate is one of those that the rule names.
func (r rateRule) lists(rate astiav.Rational) bool {
	return slices.ContainsFunc(r.only, func(other astiav.Rational) bool {
		return other.Num()*rate.Den() == other.Den()*rate.Num()
	})
}
