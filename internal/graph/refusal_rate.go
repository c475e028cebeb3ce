package graph

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
)

// commonRates are those that containers which know a few name.
var commonRates = []astiav.Rational{
	astiav.NewRational(24000, 1001), astiav.NewRational(24, 1), astiav.NewRational(25, 1), astiav.NewRational(30000, 1001),
	astiav.NewRational(30, 1), astiav.NewRational(50, 1), astiav.NewRational(60000, 1001), astiav.NewRational(60, 1),
}

// anyRate are the containers in common use that take a rate whatever it is.
const anyRate = "mp4, mov and mkv"

// explainRate says of which stream the container cannot say the rate.
func (r *refusal) explainRate(e *container.RateError) error {
	v, ok := r.inputs[e.Stream].(*videoBuild)
	if !ok {
		return e
	}
	return streamError(e.Stream, v.refusedRate(r.Container.Name, e))
}

// refusedRate is the error about a frame rate that a container cannot say.
func (s *videoBuild) refusedRate(container string, e *container.RateError) error {
	return &fault.ConfigError{
		Field:     "FrameRate",
		Value:     s.plan.Config.FrameRate,
		Supported: e.Supported,
		Reason: fmt.Sprintf(
			"%s cannot say when these pictures are shown: %s; take another rate, or another container: %s say this one",
			container,
			e.Reason,
			anyRate,
		),
	}
}

// blameRate finds that the container takes the stream at other rates.
func (s *videoBuild) blameRate(r *refusal, own muxer.Stream, try func(muxer.Stream) bool) error {
	var rates []string
	for _, rate := range commonRates {
		if own.OtherRate = rate; try(own) {
			rates = append(rates, rateText(rate))
		}
	}
	if len(rates) == 0 {
		return nil
	}
	return s.refusedRate(
		r.Container.Name,
		&container.RateError{Reason: "FFmpeg's muxer refuses the rate", Supported: rates},
	)
}
