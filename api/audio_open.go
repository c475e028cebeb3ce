package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/nodes"
)

// settledAudio is a plan for one encoder.
type settledAudio struct {
	spec        nodes.SampleSpec
	bitRate     int64 // 0: FFmpeg's default
	own, muxers []codecOption
}

// settle decides all that follows from the encoder and the containers; none: they are not known yet.
func (p *audioPlan) settle(codec *astiav.Codec, containers ...astiavx.Container) (s settledAudio, err error) {
	if s.spec, err = p.output(codec); err != nil {
		return s, err
	}
	if p.cfg.BitRate > 0 {
		s.bitRate = matchBitRate(codec.Name(), p.cfg.BitRate, s.spec)
	}
	list, err := sortedOptions(p.cfg.ExtraOptions, handledAudioOptions)
	if err != nil {
		return s, err
	}
	if s.own, s.muxers, err = splitOptions(codec.Name(), list, containerNames(containers)); err == nil {
		s.keepOpusOrder(codec)
	}
	return s, err
}

// keepOpusOrder asks for the mapping of channels that RFC 7845 defines, unless another is asked for. FFmpeg's default for it means the same, but leads 5 and
// 7 channels into wrong places (libavcodec_libopus_channel_map in libopusenc.c). More than 8 have no places in Opus, which is mapping 255.
func (s *settledAudio) keepOpusOrder(codec *astiav.Codec) {
	const key = "mapping_family"
	said := slices.ContainsFunc(s.own, func(o codecOption) bool { return o.key == key })
	n, family := s.spec.Layout.Channels(), 1
	if n > placedChannels {
		family = 255
	}
	if codec.Name() == "libopus" && (n == 5 || n == 7 || n > placedChannels) && !said {
		s.own = append(slices.Clip(s.own), codecOption{field: extraField(key), key: key, value: strconv.Itoa(family), given: family})
	}
}

// audioEncoder is an encoder that is open, and how to feed it.
type audioEncoder struct {
	name   string
	codec  *astiav.CodecContext
	input  nodes.SampleSpec // what the stream is fed with
	output nodes.SampleSpec
	block  int  // samples per channel that it takes at a time
	fill   bool // it takes no fewer at the end
	muxers []codecOption
	sample []byte // a packet of silence, where a container needs one; nil: none does
}

// open opens the encoder for these containers, unless nobody wants it any more. FFmpeg's lines about it go to the log; nil: nowhere.
func (p *audioPlan) open(wanted wanted, log *astiavx.Log, containers ...astiavx.Container) (*audioEncoder, error) {
	e, err := p.openFor(wanted, log, containers)
	return e, withoutPrefix(err)
}

func (p *audioPlan) openFor(wanted wanted, log *astiavx.Log, containers []astiavx.Container) (*audioEncoder, error) {
	codec, err := encoderFor(p.cfg.Codec, astiav.MediaTypeAudio, containers...)
	if err != nil {
		return nil, err
	}
	s, err := p.settle(codec, containers...)
	if err != nil {
		return nil, err
	}
	input := p.input
	if p.cfg.NumChannels == s.spec.Layout.Channels() {
		input.Layout = s.spec.Layout // as many channels as come in pass as they are, and are not mixed
	}
	o := opener{wanted: wanted, codec: codec, options: s.own, globalHeader: wantGlobalHeader(containers), finish: astiavx.KeepFrameDurations, log: log}
	o.setUp = func(cc *astiav.CodecContext, probe string) { s.setUp(cc, probe) }
	cc, err := o.open()
	if err != nil && s.moveBitRate(&o) {
		cc, err = o.open()
	}
	if err != nil {
		return nil, p.explain(&o, &s, err)
	}
	e := &audioEncoder{name: codec.Name(), codec: cc, input: input, output: s.spec, block: cc.FrameSize(), muxers: s.muxers}
	if e.block == 0 || astiavx.EncoderCapabilities(codec.Name()).VariableFrameSize {
		e.block = freeBlock
	}
	e.fill = nodes.Lag(cc) > 0
	if err := e.findSample(&o, containers); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return e, nil
}

// findSample has a second encoder, opened alike, encode silence, where a container can describe the sound only after a packet of it.
func (e *audioEncoder) findSample(o *opener, containers []astiavx.Container) error {
	needs := func(c astiavx.Container) bool { return container.NeedsSample(c.Name, o.codec.ID()) }
	if !slices.ContainsFunc(containers, needs) {
		return nil
	}
	other, err := o.try(o.options, "")
	if err != nil {
		return err
	}
	defer nodes.FreeCodecContext(other)
	packet, err := nodes.FirstPacket(other)
	if err != nil {
		return err
	}
	defer packet.Free()
	e.sample = packet.Data()
	return nil
}

// The probes of audio: something that is harmless to most encoders in place of a field. Those for speech on telephones know 8 kHz and
// one channel only (ITU-T G.723.1, G.726).
const (
	anyBitRate      = "bit rate"
	telephoneRate   = "8000 Hz"
	oneChannel      = "mono"
	telephoneSpeech = "8000 Hz, mono"
)

func (s *settledAudio) setUp(cc *astiav.CodecContext, probe string) {
	spec := s.spec
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
	if s.bitRate > 0 && probe != anyBitRate {
		cc.SetBitRate(s.bitRate)
	}
}

// moveBitRate moves a bit rate that keeps the encoder from opening to the nearest that does not: towards FFmpeg's default, by halves, to
// within 1 % or 100 bits per second.
func (s *settledAudio) moveBitRate(o *opener) bool {
	if s.bitRate == 0 {
		return false
	}
	cc, err := o.try(o.options, anyBitRate)
	if err != nil {
		return false
	}
	works := cc.BitRate()
	nodes.FreeCodecContext(cc)
	if works == 0 { // a quality instead, as of libvorbis: two bits for each sample lie within what it has
		works = 2 * int64(s.spec.Rate*s.spec.Layout.Channels())
	}
	fails, asked := s.bitRate, s.bitRate
	for distance(works, fails) > max(100, min(works, fails)/100) {
		s.bitRate = works + (fails-works)/2
		if o.opens(o.options, "") {
			works = s.bitRate
		} else {
			fails = s.bitRate
		}
	}
	if s.bitRate = works; works > 0 && o.opens(o.options, "") {
		return true
	}
	s.bitRate = asked
	return false
}

// explain finds the setting that kept the encoder from opening.
func (p *audioPlan) explain(o *opener, s *settledAudio, err error) error {
	if _, ok := errors.AsType[*ConfigError](err); ok {
		return err
	}
	name := o.codec.Name()
	if known := explainEncoder(name, err); known != nil {
		return known
	}
	rate := &ConfigError{Field: p.rateField(), Value: s.spec.Rate, Reason: name + " does not encode this rate; set OutSampleRate to 8000"}
	channels := &ConfigError{Field: p.channelsField(), Value: p.cfg.OutNumChannels, Reason: name + " does not encode so many channels; " + p.otherChannels("1")}
	switch {
	case o.opens(o.options, anyBitRate):
		return &ConfigError{
			Field: "BitRate", Value: p.cfg.BitRate, Err: telling(err),
			Reason: fmt.Sprintf("%s does not encode %d Hz, %s, at this rate; 0 lets FFmpeg choose", name, s.spec.Rate, s.spec.Layout),
		}
	case o.opens(o.options, telephoneRate):
		return rate
	case o.opens(o.options, oneChannel):
		return channels
	case o.opens(o.options, telephoneSpeech) && s.spec.Layout.Channels() > 1:
		channels.Reason += ", and OutSampleRate to 8000"
		return channels
	}
	return &ConfigError{
		Field: "Codec", Value: name, Reason: fmt.Sprintf("the encoder does not open for %d Hz, %s", s.spec.Rate, s.spec.Layout), Err: err,
	}
}
