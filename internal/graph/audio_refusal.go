package graph

import (
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/nodes"
)

// Values that are tried if a container refuses a stream of sound.
var (
	commonSampleRates   = []int{8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000} // in Hz
	commonChannelCounts = []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64}
)

// explainRefusal tries other sample rates, other numbers of channels, and other codecs.
func (s *audioBuild) explainRefusal(r *refusal, own muxer.Stream, accepts acceptsStream) error {
	rates := acceptedValues(commonSampleRates, own, accepts, func(p *astiav.CodecParameters, rate int) {
		p.SetSampleRate(rate)
	})
	if len(rates) > 0 {
		return &fault.ConfigError{
			Field: s.plan.RateField(), Value: s.plan.Config.OutSampleRate, Supported: rates,
			Reason: r.Container.Name + " does not carry this rate; set OutSampleRate to one that it does",
		}
	}
	counts := acceptedValues(commonChannelCounts, own, accepts, func(p *astiav.CodecParameters, n int) {
		p.SetChannelLayout(plan.DefaultChannelLayout(n))
	})
	if len(counts) > 0 {
		advice := s.plan.ChannelsAdvice("a number that it does")
		return &fault.ConfigError{
			Field: s.plan.ChannelsField(), Value: s.plan.Config.OutNumChannels, Supported: counts,
			Reason: r.Container.Name + " does not carry so many channels; " + advice,
		}
	}
	return r.refusedCodec(own.Codec, r.acceptedEncoders(astiav.MediaTypeAudio, func(codec *astiav.Codec) bool {
		return s.acceptsEncoder(r, codec.Name(), accepts)
	}))
}

// explainIrregular is never called: sound has no gaps.
func (s *audioBuild) explainIrregular(string) error { return nil }

// explainRate is never called: only a stream of pictures has a frame rate.
func (s *audioBuild) explainRate(_ string, e *container.RateError) error { return e }

// acceptedValues returns those values with which the container accepts the stream after set has
// changed its parameters.
func acceptedValues(
	values []int, own muxer.Stream, accepts acceptsStream, set func(p *astiav.CodecParameters, value int),
) (accepted []string) {
	for _, value := range values {
		alter := func(p *astiav.CodecParameters) { set(p, value) }
		if accepts(muxer.Stream{Codec: own.Codec, Alter: alter}) {
			accepted = append(accepted, strconv.Itoa(value))
		}
	}
	return accepted
}

// acceptsEncoder opens an encoder, because Ogg reads its codec's header, and reports whether the
// container accepts its stream.
func (s *audioBuild) acceptsEncoder(r *refusal, encoder string, accepts acceptsStream) bool {
	planned, err := plan.NewAudio(plan.AudioConfig{
		SampleRate: 48000, NumChannels: min(2, s.plan.Config.OutNumChannels), Codec: encoder,
	})
	if err != nil {
		return false
	}
	opening := audioOpening{plan: planned, containers: []astiavx.Container{r.Container}, canceled: r.canceled}
	e, err := opening.open()
	if err != nil {
		return false
	}
	defer nodes.FreeCodecContext(e.codec)
	described, err := muxer.DescribeCodec(e.codec)
	if err != nil {
		return false
	}
	defer described.Free()
	return accepts(muxer.Stream{Codec: described})
}
