package api

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// placedChannels is up to how many channels are mixed. Of more, readers do not agree on the places.
const placedChannels = 8

// maxSampleRate is the highest that a format in use has (DXD is 352800 Hz), with room to spare.
const maxSampleRate = 768000

// freeBlock is the length of the blocks for encoders that take any, in samples per channel.
const freeBlock = 1024

// audioPlan is an AudioConfig that has been checked as far as it can be without a container. It never changes: an Open that was left behind may still read it.
type audioPlan struct {
	cfg               AudioConfig      // with OutSampleRate and OutNumChannels filled in
	input             nodes.SampleSpec // with the usual layout of its channels
	wantsSampleFormat string           // from ExtraOptions
}

// reservedAudioOptions are options of libavcodec, or of the ffmpeg command, that belong to a field.
var reservedAudioOptions = map[string]string{
	"ar": "OutSampleRate", "ac": "OutNumChannels", "ch_layout": "OutNumChannels", "channel_layout": "OutNumChannels", "time_base": "OutSampleRate",
	"sample_rate": "OutSampleRate", "channels": "OutNumChannels", "c": "Codec", "c:a": "Codec", "codec": "Codec", "acodec": "Codec",
	"q": audioQuality, "qscale": audioQuality, "q:a": audioQuality, "qscale:a": audioQuality,
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
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change what the config refers to
	p := &audioPlan{cfg: cfg}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.input = nodes.SampleSpec{Rate: cfg.SampleRate, Format: astiav.SampleFormatFltp, Layout: layoutOf(cfg.NumChannels)}
	if cfg.Codec == "" {
		return p, nil
	}
	codec, err := resolveEncoder(cfg.Codec, astiav.MediaTypeAudio)
	if err != nil {
		return nil, err
	}
	_, err = p.settle(codec)
	return p, err
}

func (p *audioPlan) check() error {
	cfg := &p.cfg
	if err := checkTexts(setting{"Codec", cfg.Codec}); err != nil {
		return err
	}
	for _, c := range []struct {
		field string
		value int
		most  int
		unit  string
	}{
		{"SampleRate", cfg.SampleRate, maxSampleRate, "Hz"},
		{"OutSampleRate", cfg.OutSampleRate, maxSampleRate, "Hz"},
		{"NumChannels", cfg.NumChannels, astiavx.MostChannels, "channels"},
		{"OutNumChannels", cfg.OutNumChannels, astiavx.MostChannels, "channels"},
	} {
		if c.value < 1 || c.value > c.most {
			return &ConfigError{Field: c.field, Value: c.value, Reason: fmt.Sprintf("must be 1 to %d %s", c.most, c.unit)}
		}
	}
	if max(cfg.NumChannels, cfg.OutNumChannels) > placedChannels && cfg.NumChannels != cfg.OutNumChannels {
		return &ConfigError{
			Field: "OutNumChannels", Value: cfg.OutNumChannels, Supported: []string{strconv.Itoa(cfg.NumChannels)},
			Reason: fmt.Sprintf("more than %d channels are not mixed, since their places are not agreed on; set it to NumChannels, or mix before", placedChannels),
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
		p.checkFrameSize(),
	)
}

// checkFrameSize refuses what the encoder would overwrite, or what would cut the blocks that it is given.
func (p *audioPlan) checkFrameSize() error {
	value, ok := p.cfg.ExtraOptions["frame_size"]
	if !ok {
		return nil
	}
	return &ConfigError{Field: extraField("frame_size"), Value: value, Reason: "the encoder chooses it; drop it, or set frame_duration where the encoder has that"}
}

// layouts are FFmpeg's default layouts by number of channels (av_channel_layout_default).
var layouts = [placedChannels + 1]astiav.ChannelLayout{
	1: astiav.ChannelLayoutMono, 2: astiav.ChannelLayoutStereo, 3: astiav.ChannelLayout2Point1, 4: astiav.ChannelLayout4Point0,
	5: astiav.ChannelLayout5Point0Back, 6: astiav.ChannelLayout5Point1Back, 7: astiav.ChannelLayout6Point1, 8: astiav.ChannelLayout7Point1,
}

// layoutOf is FFmpeg's usual layout of so many channels. It has none of most numbers above eight: those have numbers and no places.
func layoutOf(channels int) astiav.ChannelLayout {
	if channels > placedChannels {
		return astiavx.UsualLayout(channels)
	}
	return layouts[channels]
}

// ownLayouts are those of encoders that are others than FFmpeg's default and are not listed first, or not at all: those of Opus (RFC 7845, 5.1.1.2), and the
// one of seven channels that AAC numbers (ISO/IEC 14496-3, channel configuration 11); in the default one, FFmpeg changes channels round.
var ownLayouts = map[string]map[int]astiav.ChannelLayout{
	"libopus": {3: astiav.ChannelLayoutSurround, 4: astiav.ChannelLayoutQuad},
	"aac":     {7: astiav.ChannelLayout6Point1Back},
}

// output is the form of the samples that the encoder takes.
func (p *audioPlan) output(codec *astiav.Codec) (nodes.SampleSpec, error) {
	spec := nodes.SampleSpec{Rate: p.cfg.OutSampleRate}
	if rates := codec.SupportedSampleRates(); len(rates) > 0 && !slices.Contains(rates, spec.Rate) {
		slices.Sort(rates)
		names := make([]string, len(rates))
		for i, r := range rates {
			names[i] = strconv.Itoa(r)
		}
		return spec, &ConfigError{Field: p.rateField(), Value: spec.Rate, Reason: codec.Name() + " does not encode this rate; set OutSampleRate to one that it does", Supported: names}
	}
	var err error
	if spec.Layout, err = p.outputLayout(codec); err != nil {
		return spec, err
	}
	spec.Format, err = p.sampleFormat(codec)
	return spec, err
}

func (p *audioPlan) outputLayout(codec *astiav.Codec) (astiav.ChannelLayout, error) {
	usual := layoutOf(p.cfg.OutNumChannels)
	if l, ok := ownLayouts[codec.Name()][p.cfg.OutNumChannels]; ok {
		return l, nil
	}
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
	return usual, &ConfigError{
		Field: p.channelsField(), Value: p.cfg.OutNumChannels,
		Reason: codec.Name() + " does not encode this number of channels; " + p.otherChannels("one that it does"), Supported: names,
	}
}

// rateField is the field that the rate of the output came from.
func (p *audioPlan) rateField() string {
	if p.cfg.OutSampleRate == p.cfg.SampleRate {
		return "SampleRate"
	}
	return "OutSampleRate"
}

// otherChannels says how to come by other numbers of channels.
func (p *audioPlan) otherChannels(number string) string {
	if p.cfg.NumChannels > placedChannels {
		return fmt.Sprintf("more than %d are not mixed: feed fewer, or take a codec for many, such as pcm_s16le, pcm_f32le or wavpack", placedChannels)
	}
	return "set OutNumChannels to " + number
}

// channelsField is the field that the number of channels of the output came from.
func (p *audioPlan) channelsField() string {
	if p.cfg.OutNumChannels == p.cfg.NumChannels {
		return "NumChannels"
	}
	return "OutNumChannels"
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
