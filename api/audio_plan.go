package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// maxChannels is what go-astiav's frames and FFmpeg's planar buffers hold without an extra table.
const maxChannels = 8

// freeBlock is the length of the blocks for encoders that take any, in samples per channel.
const freeBlock = 1024

// audioPlan is an AudioConfig that has been checked as far as it can be without a container.
type audioPlan struct {
	cfg               AudioConfig // with OutSampleRate and OutNumChannels filled in
	input             nodes.SampleSpec
	wantsSampleFormat string // from ExtraOptions
}

// reservedAudioOptions are options of libavcodec that belong to a field.
var reservedAudioOptions = map[string]string{
	"ar": "OutSampleRate", "ac": "OutNumChannels", "ch_layout": "OutNumChannels", "channel_layout": "OutNumChannels", "time_base": "OutSampleRate",
	"frame_size": "nothing: the encoder chooses it; drop it, or use frame_duration where it has one,",
}

// handledAudioOptions are not set as options, but understood.
var handledAudioOptions = map[string]string{"sample_fmt": ""}

// newAudioPlan checks what can be known before there is a container.
func newAudioPlan(cfg AudioConfig) (*audioPlan, error) {
	if cfg.OutSampleRate == 0 {
		cfg.OutSampleRate = cfg.SampleRate
	}
	if cfg.OutNumChannels == 0 {
		cfg.OutNumChannels = cfg.NumChannels
	}
	p := &audioPlan{cfg: cfg}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.input = nodes.SampleSpec{Rate: cfg.SampleRate, Format: astiav.SampleFormatFltp, Layout: layouts[cfg.NumChannels]}
	if cfg.Codec == "" {
		return p, nil
	}
	codec, err := resolveEncoder(cfg.Codec, astiav.MediaTypeAudio)
	if err != nil {
		return nil, err
	}
	if _, err := p.output(codec); err != nil {
		return nil, err
	}
	_, _, err = p.options(codec.Name(), "")
	return p, err
}

func (p *audioPlan) check() error {
	cfg := &p.cfg
	for _, c := range []struct {
		field string
		value int
		most  int
	}{
		{"SampleRate", cfg.SampleRate, 768000}, {"OutSampleRate", cfg.OutSampleRate, 768000},
		{"NumChannels", cfg.NumChannels, maxChannels}, {"OutNumChannels", cfg.OutNumChannels, maxChannels},
	} {
		if c.value < 1 || c.value > c.most {
			return &ConfigError{Field: c.field, Value: c.value, Reason: fmt.Sprintf("must be 1 to %d", c.most)}
		}
	}
	if cfg.BitRate < 0 {
		return &ConfigError{Field: "BitRate", Value: cfg.BitRate, Reason: "must not be negative; 0 means FFmpeg's default"}
	}
	if format, ok := cfg.ExtraOptions["sample_fmt"]; ok {
		text, err := optionText("sample_fmt", format)
		if err != nil {
			return err
		}
		p.wantsSampleFormat = text
	}
	return firstError(
		reserved(cfg.ExtraOptions, reservedAudioOptions),
		twice(cfg.ExtraOptions, "b", "BitRate", cfg.BitRate != 0),
	)
}

// layouts are FFmpeg's default layouts by number of channels (av_channel_layout_default).
var layouts = [maxChannels + 1]astiav.ChannelLayout{
	1: astiav.ChannelLayoutMono, 2: astiav.ChannelLayoutStereo, 3: astiav.ChannelLayout2Point1, 4: astiav.ChannelLayout4Point0,
	5: astiav.ChannelLayout5Point0Back, 6: astiav.ChannelLayout5Point1Back, 7: astiav.ChannelLayout6Point1, 8: astiav.ChannelLayout7Point1,
}

// output is the form of the samples that the encoder takes.
func (p *audioPlan) output(codec *astiav.Codec) (nodes.SampleSpec, error) {
	spec := nodes.SampleSpec{Rate: p.cfg.OutSampleRate}
	field := "OutSampleRate"
	if p.cfg.OutSampleRate == p.cfg.SampleRate {
		field = "SampleRate"
	}
	if rates := codec.SupportedSampleRates(); len(rates) > 0 && !slices.Contains(rates, spec.Rate) {
		slices.Sort(rates)
		names := make([]string, len(rates))
		for i, r := range rates {
			names[i] = strconv.Itoa(r)
		}
		return spec, &ConfigError{Field: field, Value: spec.Rate, Reason: codec.Name() + " does not encode this rate; set OutSampleRate to one that it does", Supported: names}
	}
	var err error
	if spec.Layout, err = p.outputLayout(codec); err != nil {
		return spec, err
	}
	spec.Format, err = p.sampleFormat(codec)
	return spec, err
}

func (p *audioPlan) outputLayout(codec *astiav.Codec) (astiav.ChannelLayout, error) {
	usual := layouts[p.cfg.OutNumChannels]
	supported := codec.SupportedChannelLayouts()
	if len(supported) == 0 {
		return usual, nil
	}
	var names []string
	for _, l := range supported {
		if l.Equal(usual) {
			return usual, nil
		}
		names = append(names, fmt.Sprintf("%d (%s)", l.Channels(), l))
	}
	for _, l := range supported {
		if l.Channels() == p.cfg.OutNumChannels {
			return l, nil
		}
	}
	field := "OutNumChannels"
	if p.cfg.OutNumChannels == p.cfg.NumChannels {
		field = "NumChannels"
	}
	return usual, &ConfigError{Field: field, Value: p.cfg.OutNumChannels, Reason: codec.Name() + " does not encode so many channels; set OutNumChannels to one of", Supported: names}
}

// preferredSampleFormats are in the order of what they lose of 32-bit float samples.
var preferredSampleFormats = []astiav.SampleFormat{
	astiav.SampleFormatFltp, astiav.SampleFormatFlt, astiav.SampleFormatDblp, astiav.SampleFormatDbl, astiav.SampleFormatS32P, astiav.SampleFormatS32,
	astiav.SampleFormatS64P, astiav.SampleFormatS64, astiav.SampleFormatS16P, astiav.SampleFormatS16, astiav.SampleFormatU8P, astiav.SampleFormatU8,
}

// sampleFormat is the one that is asked for, or the one that loses least.
func (p *audioPlan) sampleFormat(codec *astiav.Codec) (astiav.SampleFormat, error) {
	supported := codec.SupportedSampleFormats()
	if len(supported) == 0 {
		supported = preferredSampleFormats
	}
	if p.wantsSampleFormat == "" {
		for _, f := range preferredSampleFormats {
			if slices.Contains(supported, f) {
				return f, nil
			}
		}
		return supported[0], nil
	}
	var names []string
	for _, f := range supported {
		if f.Name() == p.wantsSampleFormat {
			return f, nil
		}
		names = append(names, f.Name())
	}
	return 0, &ConfigError{Field: extraField("sample_fmt"), Value: p.wantsSampleFormat, Reason: codec.Name() + " does not encode it", Supported: names}
}

func (p *audioPlan) options(encoder, container string) (own, muxers []codecOption, err error) {
	list, err := sortedOptions(p.cfg.ExtraOptions, handledAudioOptions)
	if err != nil {
		return nil, nil, err
	}
	return splitOptions(encoder, list, container)
}

// audioEncoder is an encoder that is open, and how to feed it.
type audioEncoder struct {
	name   string
	codec  *astiav.CodecContext
	output nodes.SampleSpec
	block  int // samples per channel that it takes at a time
	muxers []codecOption
}

// open opens the encoder for this container.
func (p *audioPlan) open(container astiavx.Container) (*audioEncoder, error) {
	codec, err := encoderFor(p.cfg.Codec, astiav.MediaTypeAudio, container)
	if err != nil {
		return nil, err
	}
	spec, err := p.output(codec)
	if err != nil {
		return nil, err
	}
	own, muxers, err := p.options(codec.Name(), container.Name)
	if err != nil {
		return nil, err
	}
	o := opener{codec: codec, options: own, globalHeader: container.GlobalHeader}
	o.setUp = func(cc *astiav.CodecContext, probe string) { p.setUp(cc, codec.Name(), spec, probe) }
	cc, err := o.open()
	if err != nil {
		return nil, p.explain(&o, spec, err)
	}
	e := &audioEncoder{name: codec.Name(), codec: cc, output: spec, block: cc.FrameSize(), muxers: muxers}
	if e.block == 0 || astiavx.EncoderCapabilities(codec.Name()).VariableFrameSize {
		e.block = freeBlock
	}
	return e, nil
}

func (p *audioPlan) setUp(cc *astiav.CodecContext, encoder string, spec nodes.SampleSpec, probe string) {
	cc.SetSampleRate(spec.Rate)
	cc.SetSampleFormat(spec.Format)
	cc.SetChannelLayout(spec.Layout)
	cc.SetTimeBase(astiav.NewRational(1, spec.Rate))
	if p.cfg.BitRate > 0 && probe != "BitRate" {
		cc.SetBitRate(matchBitRate(encoder, p.cfg.BitRate, spec))
	}
}

func (p *audioPlan) explain(o *opener, spec nodes.SampleSpec, err error) error {
	var known *ConfigError
	if errors.As(err, &known) {
		return err
	}
	if p.cfg.BitRate > 0 && o.opensWithout("", "BitRate") {
		return &ConfigError{Field: "BitRate", Value: p.cfg.BitRate, Reason: o.codec.Name() + " does not encode it", Err: err}
	}
	return &ConfigError{
		Field: "Codec", Value: o.codec.Name(), Reason: fmt.Sprintf("the encoder does not open for %d Hz, %s", spec.Rate, spec.Layout), Err: err,
	}
}
