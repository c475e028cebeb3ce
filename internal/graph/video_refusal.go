package graph

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
)

// commonRates are frame rates that containers accept which know only a few.
var commonRates = []astiav.Rational{
	astiav.NewRational(24000, 1001), astiav.NewRational(24, 1), astiav.NewRational(25, 1),
	astiav.NewRational(30000, 1001), astiav.NewRational(30, 1), astiav.NewRational(50, 1),
	astiav.NewRational(60000, 1001), astiav.NewRational(60, 1),
}

// The common containers that signal every frame rate. mp4 and mov lack only those of less than a
// picture in 36 hours.
const (
	anyRate       = "mp4, mov and mkv signal"
	anyRateButMov = "mkv signals"
)

// explainRefusal tries other frame rates and other codecs. It does not open the encoders of those
// codecs, which would take long, but tells the container that the stream is of that codec.
func (s *videoBuild) explainRefusal(r *refusal, own muxer.Stream, accepts acceptsStream) error {
	var rates []string
	for _, rate := range commonRates {
		other := own
		other.OtherRate = rate
		if accepts(other) {
			rates = append(rates, rateText(rate))
		}
	}
	if len(rates) > 0 {
		refused := &container.RateError{Reason: "FFmpeg's muxer refuses the rate", Supported: rates}
		return s.explainRate(r.Container.Name, refused)
	}
	return r.refusedCodec(own.Codec, r.acceptedEncoders(astiav.MediaTypeVideo, func(codec *astiav.Codec) bool {
		other := own
		other.Alter = func(p *astiav.CodecParameters) {
			p.SetCodecID(codec.ID())
			p.SetCodecTag(0)
		}
		return accepts(other)
	}))
}

// explainIrregular returns the error about the setting that makes pictures come at any times.
func (s *videoBuild) explainIrregular(name string) error {
	field, value := s.plan.IrregularField()
	const text = "%s knows constant frame rates only; set OutFrameRate, or take another container"
	return &fault.ConfigError{
		Field: field, Value: value, Supported: container.Irregular(), Reason: fmt.Sprintf(text, name),
	}
}

// explainRate returns the error about a frame rate that a container cannot signal.
func (s *videoBuild) explainRate(name string, e *container.RateError) error {
	const text = "%s cannot signal when these pictures are shown: %s; %s, or take another container: %s this one"
	remedy, others := "set OutFrameRate to another rate", anyRate
	if s.plan.ChangesRate() {
		remedy = "take another rate"
	}
	if container.IsMovFamily(name) {
		others = anyRateButMov
	}
	field, perSecond := s.plan.RateField()
	return &fault.ConfigError{
		Field: field, Value: perSecond, Supported: e.Supported,
		Reason: fmt.Sprintf(text, name, e.Reason, remedy, others),
	}
}
