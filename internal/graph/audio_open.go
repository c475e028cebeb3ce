package graph

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/nodes"
)

// audioEncoder is an encoder that is open, and how to feed it.
type audioEncoder struct {
	name   string
	codec  *astiav.CodecContext
	input  nodes.SampleSpec // of the samples that the caller feeds
	output nodes.SampleSpec // of the samples that the encoder takes
	block  int              // the number of samples per channel that the encoder takes at a time
	fill   bool             // the last block must be complete, too
	sample []byte           // a packet of silence for containers that need one; nil: none does

	muxerOptions []avoption.Option
	opener       codec.Opener // of a second encoder with the same settings
}

// audioOpening opens the encoder of one audio stream for the containers of a run.
type audioOpening struct {
	plan       *plan.Audio
	containers []astiavx.Container
	canceled   codec.Canceled
	log        *astiavx.Log // receives FFmpeg's lines about the encoder; nil: they are dropped
}

// audioAttempt is an attempt to open an encoder as its plan says.
type audioAttempt struct {
	plan    *plan.Audio
	encoded plan.AudioEncoder
	opener  codec.Opener
}

// open opens the encoder, unless the caller has given up.
func (v *audioOpening) open() (*audioEncoder, error) {
	e, err := v.openEncoder()
	return e, fault.WithoutPrefix(err)
}

func (v *audioOpening) openEncoder() (*audioEncoder, error) {
	p := v.plan
	encoder, err := codec.ResolveFor(p.Config.Codec, astiav.MediaTypeAudio, v.containers...)
	if err != nil {
		return nil, err
	}
	s, err := p.ForEncoder(encoder, v.containers...)
	if err != nil {
		return nil, err
	}
	input := p.Input
	if p.Config.NumChannels == s.Spec.Layout.Channels() {
		input.Layout = s.Spec.Layout // the channels pass unmixed
	}
	a := &audioAttempt{plan: p, encoded: s, opener: codec.Opener{
		Canceled: v.canceled, Codec: encoder, Options: s.Options,
		Finish: astiavx.KeepFrameDurations, Log: v.log,
	}}
	a.opener.SetUp = a.setUp
	cc, err := a.opener.Open()
	if err != nil && a.moveBitRate() {
		cc, err = a.opener.Open()
	}
	if err != nil {
		return nil, a.explain(err)
	}
	e := &audioEncoder{
		name: encoder.Name(), codec: cc, input: input, output: s.Spec, block: cc.FrameSize(),
		muxerOptions: s.MuxerOptions, opener: a.opener.ForLater(),
	}
	if e.block == 0 || astiavx.EncoderCapabilities(encoder.Name()).VariableFrameSize {
		e.block = plan.DefaultBlockSize
	}
	e.fill = nodes.Lag(cc) > 0
	for _, c := range v.containers {
		err = fault.First(err, e.findSample(c.Name))
	}
	if err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return e, nil
}

// findSample finds a packet of silence, if the container can describe the sound only after it has
// read a packet of it.
func (e *audioEncoder) findSample(format string) (err error) {
	if e.sample == nil {
		e.sample, err = e.sampleFor(format)
	}
	return err
}

// sampleFor encodes silence with a second encoder that has the same settings, for a container that
// needs it; nil: it needs none.
func (e *audioEncoder) sampleFor(format string) ([]byte, error) {
	if !container.NeedsSample(format, e.opener.Codec.ID()) {
		return nil, nil
	}
	packet, err := firstPacket(&e.opener)
	if err != nil {
		return nil, err
	}
	defer packet.Free()
	return packet.Data(), nil
}

// learn finds the packet of silence that the container of an output needs which joins later.
func (e *audioEncoder) learn(s *muxer.Stream, format string) (err error) {
	if s.Sample == nil {
		s.Sample, err = e.sampleFor(format)
	}
	return err
}

// setUp sets those fields of the encoder that are not options.
func (a *audioAttempt) setUp(cc *astiav.CodecContext) {
	spec := a.encoded.Spec
	cc.SetSampleRate(spec.Rate)
	cc.SetSampleFormat(spec.Format)
	cc.SetChannelLayout(spec.Layout)
	cc.SetTimeBase(astiav.NewRational(1, spec.Rate))
	if a.encoded.BitRate > 0 {
		cc.SetBitRate(a.encoded.BitRate)
	}
}
