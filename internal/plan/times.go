package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
)

// Irregular says whether the frames that are encoded need not follow one another at a constant
// rate: they carry their own times, or some may be dropped. Containers and encoders that know only
// constant rates refuse the stream then.
func (p *Video) Irregular() bool {
	return (p.Config.VariableRate || p.Config.OnFull == OnFullDrop) && p.Config.OutFrameRate == 0
}

// IrregularField returns the setting for which Irregular is true, with its value.
func (p *Video) IrregularField() (field string, value any) {
	if p.Config.VariableRate {
		return "VariableRate", true
	}
	return "OnFull", p.Config.OnFull.String()
}

// checkIrregular returns an error for an encoder that knows only constant rates, if frames come at
// any times.
func (p *Video) checkIrregular(encoder string) error {
	takes := codec.TakesGaps(encoder)
	if p.Config.VariableRate {
		takes = codec.TakesOwnTimes(encoder)
	}
	if takes || !p.Irregular() {
		return nil
	}
	field, value := p.IrregularField()
	return &fault.ConfigError{
		Field: field, Value: value, Supported: codec.OwnTimesEncoders(),
		Reason: encoder + " knows constant frame rates only; set OutFrameRate, or take another encoder",
	}
}

// checkBitRate returns an error for a bit rate that the encoder would not keep to, because frames
// carry their own times.
func (p *Video) checkBitRate(encoder string, options []avoption.Option) error {
	if !p.LosesBitRate(encoder) {
		return nil
	}
	for _, o := range options {
		if o.Key == "b" {
			return o.ConfigError(encoder + " does not keep to a bit rate with VariableRate: FFmpeg takes times for " +
				"numbers of frames there; set OutFrameRate, leave the bit rate out, or take another encoder such as libx264")
		}
	}
	return nil
}

// LosesBitRate says whether the encoder keeps to no bit rate, not even to its default, because
// frames carry their own times.
func (p *Video) LosesBitRate(encoder string) bool {
	return p.Config.VariableRate && p.Irregular() && !codec.KeepsBitRate(encoder)
}

// withClosedKeys adds the option that makes forced key frames independent of the frames before.
func withClosedKeys(encoder string, options []avoption.Option) []avoption.Option {
	key := codec.ClosesKeyFrames(encoder)
	isSet := slices.ContainsFunc(options, func(o avoption.Option) bool {
		return avoption.FoldName(o.Key) == avoption.FoldName(key)
	})
	if key == "" || isSet {
		return options
	}
	o := avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: "1", Given: 1}
	return append(slices.Clone(options), o)
}

// InputTimeBase returns the unit of the times of pictures on their way to this encoder.
func (p *Video) InputTimeBase(encoder astiav.CodecID) astiav.Rational {
	if p.Config.VariableRate {
		return codec.TimeBase(encoder)
	}
	return p.Rate.Invert()
}

// checkTimes returns an error if n frames have no times and need some, or the reverse.
func (p *Video) checkTimes(pts []time.Duration, n int) error {
	switch {
	case !p.Config.VariableRate && pts != nil:
		const reason = "are times, but the stream has a constant rate; leave PTS nil, or set VideoConfig.VariableRate"
		return &fault.ConfigError{Field: "PTS", Value: len(pts), Reason: reason}
	case p.Config.VariableRate && len(pts) == 0 && n > 0:
		const reason = "must tell when each frame is shown, because VideoConfig.VariableRate is set"
		return &fault.ConfigError{Field: "PTS", Value: len(pts), Reason: reason}
	case p.Config.VariableRate && len(pts) != n:
		reason := fmt.Sprintf("must be as many as the frames, which are %d", n)
		return &fault.ConfigError{Field: "PTS", Value: len(pts), Reason: reason}
	}
	return nil
}
