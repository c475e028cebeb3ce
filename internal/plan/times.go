package plan

import (
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

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
	case !p.Config.VariableRate && len(pts) > 0:
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
