package avoption

import (
	"fmt"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
)

// check compares the value of an encoder's option with what FFmpeg and the tables of this package
// allow.
func (o Option) check(encoder string, declared astiavx.Option) error {
	limits := limitsFor(encoder, declared)
	n, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
	if err != nil {
		return o.explainRefusal(encoder, declared, limits, err)
	}
	whole := declared.Kind == astiavx.OptionWhole
	number := whole || declared.Kind == astiavx.OptionNumber
	if number && !limits.contain(n) || whole && IsFraction(o.Value) {
		return o.explainRefusal(encoder, declared, limits, nil)
	}
	return checkChoice(encoder, o)
}

// CheckMuxer compares the value of a container's option with what FFmpeg allows.
func (o Option) CheckMuxer(container string) error {
	err := astiavx.CheckMuxerOption(container, o.Key, o.Value)
	if err == nil {
		return nil
	}
	declared, _ := Find(MuxerOptions(container), o.Key)
	return o.ExplainRefusal(container, declared, err)
}

// ExplainRefusal returns an error that says which values a muxer or a protocol accepts. err is
// FFmpeg's.
func (o Option) ExplainRefusal(by string, declared astiavx.Option, err error) error {
	return o.explainRefusal(by, declared, limits{declared.Min, declared.Max}, err)
}

// explainRefusal returns an error that says which values are accepted. err is nil if FFmpeg accepts
// the value.
func (o Option) explainRefusal(by string, declared astiavx.Option, accepted limits, err error) error {
	e := o.ConfigError("", slices.Clone(declared.Values)...) // all callers share declared
	number := "a number"
	if declared.Kind == astiavx.OptionWhole {
		number = "a whole number"
	}
	switch declared.Kind {
	case astiavx.OptionNumber, astiavx.OptionWhole:
		e.Reason = fmt.Sprintf("must be %s%s for %s", number, accepted, by)
		if len(e.Supported) > 0 {
			e.Reason = fmt.Sprintf("must be one of these names, or %s%s, for %s", number, accepted, by)
		}
	case astiavx.OptionBool:
		e.Reason = "must be true or false"
	case astiavx.OptionFlags:
		e.Reason = `must be names joined by "+"`
	case astiavx.OptionPairs:
		e.Reason = `must be name=value pairs joined by ":"`
	default:
		e.Reason, e.Err = by+" refuses it", err
	}
	return e
}
