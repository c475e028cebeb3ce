package graph

import (
	"errors"
	"fmt"
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
		Canceled: v.canceled, Codec: encoder, Options: s.Own, GlobalHeader: plan.WantGlobalHeader(v.containers),
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
		muxers: s.Muxers,
	}
	if e.block == 0 || astiavx.EncoderCapabilities(encoder.Name()).VariableFrameSize {
		e.block = plan.FreeBlock
	}
	e.fill = nodes.Lag(cc) > 0
	if err := e.findSample(&a.opener, v.containers); err != nil {
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

// The probes of audio: something that is harmless to most encoders in place of a field. Those for
// speech on telephones know 8 kHz and one channel only (ITU-T G.723.1, G.726).
const (
	anyBitRate      = "bit rate"
	telephoneRate   = "8000 Hz"
	oneChannel      = "mono"
	telephoneSpeech = "8000 Hz, mono"
)

func (a *audioAttempt) setUp(cc *astiav.CodecContext, probe string) {
	spec := a.encoded.Spec
	if probe == telephoneRate || probe == telephoneSpeech {
		spec.Rate = 8000
	}
	if probe == oneChannel || probe == telephoneSpeech {
		spec.Layout = astiav.ChannelLayoutMono
	}
	cc.SetSampleRate(spec.Rate)
	cc.SetSampleFormat(spec.Format)
	cc.SetChannelLayout(spec.Layout)
	cc.SetTimeBase(astiav.NewRational(1, spec.Rate))
	if a.encoded.BitRate > 0 && probe != anyBitRate {
		cc.SetBitRate(a.encoded.BitRate)
	}
}

// moveBitRate moves a bit rate that keeps the encoder from opening to the nearest that does not:
// towards FFmpeg's default, by halves, to within 1 % or 100 bits per second.
func (a *audioAttempt) moveBitRate() bool {
	s, o := &a.encoded, &a.opener
	if s.BitRate == 0 {
		return false
	}
	cc, err := o.Try(o.Options, anyBitRate)
	if err != nil {
		return false
	}
	works := cc.BitRate()
	nodes.FreeCodecContext(cc)
	if works == 0 { // a quality instead, as of libvorbis: two bits for each sample lie within what it has
		works = 2 * int64(s.Spec.Rate*s.Spec.Layout.Channels())
	}
	fails, asked := s.BitRate, s.BitRate
	for codec.Distance(works, fails) > max(100, min(works, fails)/100) {
		s.BitRate = works + (fails-works)/2
		if o.Opens(o.Options, "") {
			works = s.BitRate
		} else {
			fails = s.BitRate
		}
	}
	if s.BitRate = works; works > 0 && o.Opens(o.Options, "") {
		return true
	}
	s.BitRate = asked
	return false
}

// explain finds the setting that kept the encoder from opening.
func (a *audioAttempt) explain(err error) error {
	p, s, o := a.plan, &a.encoded, &a.opener
	if _, ok := errors.AsType[*fault.ConfigError](err); ok {
		return err
	}
	name := o.Codec.Name()
	if known := codec.ExplainEncoder(name, err); known != nil {
		return known
	}
	rate := &fault.ConfigError{
		Field:  p.RateField(),
		Value:  s.Spec.Rate,
		Reason: name + " does not encode this rate; set OutSampleRate to 8000",
	}
	channels := &fault.ConfigError{
		Field:  p.ChannelsField(),
		Value:  p.Config.OutNumChannels,
		Reason: name + " does not encode so many channels; " + p.OtherChannels("1"),
	}
	switch {
	case o.Opens(o.Options, anyBitRate):
		return &fault.ConfigError{
			Field: "BitRate",
			Value: p.Config.BitRate,
			Err:   codec.Informative(err),
			Reason: fmt.Sprintf(
				"%s does not encode %d Hz, %s, at this rate; 0 lets FFmpeg choose",
				name,
				s.Spec.Rate,
				s.Spec.Layout,
			),
		}
	case o.Opens(o.Options, telephoneRate):
		return rate
	case o.Opens(o.Options, oneChannel):
		return channels
	case o.Opens(o.Options, telephoneSpeech) && s.Spec.Layout.Channels() > 1:
		channels.Reason += ", and OutSampleRate to 8000"
		return channels
	}
	return &fault.ConfigError{
		Field:  "Codec",
		Value:  name,
		Reason: fmt.Sprintf("the encoder does not open for %d Hz, %s", s.Spec.Rate, s.Spec.Layout),
		Err:    err,
	}
}
