package graph

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/nodes"
)

// audioEncoder is an encoder that is open, and how to feed it.
type audioEncoder struct {
	name   string
	codec  *astiav.CodecContext
	input  nodes.SampleSpec // what the stream is fed with
	output nodes.SampleSpec
	block  int  // samples per channel that it takes at a time
	fill   bool // it takes no fewer at the end
	muxers []avoption.Option
	sample []byte // a packet of silence, where a container needs one; nil: none does
}

// audioOpening opens the encoder of one audio stream for the containers of a run.
type audioOpening struct {
	plan       *plan.Audio
	containers []astiavx.Container
	canceled   codec.Canceled
	log        *astiavx.Log // takes FFmpeg's lines about the encoder; nil: nobody does
}

// audioAttempt is an attempt to open an encoder as its plan says.
type audioAttempt struct {
	plan    *plan.Audio
	encoded plan.AudioEncoder
	opener  codec.Opener
}

// open opens the encoder. An encoder is not opened once nobody waits for it.
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
		input.Layout = s.Spec.Layout // as many channels as come in pass as they are, and are not mixed
	}
	a := &audioAttempt{plan: p, encoded: s, opener: codec.Opener{
		Canceled: v.canceled, Codec: encoder, Options: s.Options, GlobalHeader: plan.WantGlobalHeader(v.containers),
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
		name:   encoder.Name(),
		codec:  cc,
		input:  input,
		output: s.Spec,
		block:  cc.FrameSize(),
		muxers: s.MuxerOptions,
	}
	if e.block == 0 || astiavx.EncoderCapabilities(encoder.Name()).VariableFrameSize {
		e.block = plan.DefaultBlockSize
	}
	e.fill = nodes.Lag(cc) > 0
	err = e.findSample(&a.opener, v.containers)
	if err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return e, nil
}

// findSample has a second encoder, opened alike, encode silence, where a container can describe the
// sound only after a packet of it.
func (e *audioEncoder) findSample(o *codec.Opener, containers []astiavx.Container) error {
	needs := func(c astiavx.Container) bool { return container.NeedsSample(c.Name, o.Codec.ID()) }
	if !slices.ContainsFunc(containers, needs) {
		return nil
	}
	packet, err := firstPacket(o)
	if err != nil {
		return err
	}
	defer packet.Free()
	e.sample = packet.Data()
	return nil
}

// setUp sets the fields of the encoder that are no options.
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
