package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// placedChannels is up to how many channels are mixed. Of more, readers do not agree on the places.
const placedChannels = 8

// maxChannels is how many channels the resampler takes (SWR_CH_MAX in FFmpeg's libswresample).
const maxChannels = 64

// maxSampleRate is the highest that a format in use has (DXD is 352800 Hz), with room to spare.
const maxSampleRate = 768000

// DefaultBlockSize is the length of the blocks for encoders that take any, in samples per channel.
const DefaultBlockSize = 1024

// Audio is an AudioConfig that has been checked as far as it can be without a container. It never
// changes: an Open that was left behind may still read it.
type Audio struct {
	Config            AudioConfig      // with OutSampleRate and OutNumChannels filled in
	Input             nodes.SampleSpec // with the usual layout of its channels
	wantsSampleFormat string           // from ExtraOptions
}

// reservedAudioOptions are options of libavcodec, or of the ffmpeg command, that belong to a field.
var reservedAudioOptions = map[string]string{
	"ar":             "OutSampleRate",
	"ac":             "OutNumChannels",
	"ch_layout":      "OutNumChannels",
	"channel_layout": "OutNumChannels",
	"time_base":      "OutSampleRate",
	"sample_rate":    "OutSampleRate",
	"channels":       "OutNumChannels",
	"c":              "Codec",
	"c:a":            "Codec",
	"codec":          "Codec",
	"acodec":         "Codec",
	"q":              audioQuality,
	"qscale":         audioQuality,
	"q:a":            audioQuality,
	"qscale:a":       audioQuality,
}

// handledAudioOptions are not set as options, but understood.
var handledAudioOptions = map[string]string{"sample_fmt": ""}

// NewAudio checks what can be known before there is a container.
func NewAudio(cfg AudioConfig) (*Audio, error) {
	if cfg.OutSampleRate == 0 {
		cfg.OutSampleRate = cfg.SampleRate
	}
	if cfg.OutNumChannels == 0 {
		cfg.OutNumChannels = cfg.NumChannels
	}
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change what the config refers to
	p := &Audio{Config: cfg}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.Input = nodes.SampleSpec{Rate: cfg.SampleRate, Format: astiav.SampleFormatFltp, Layout: DefaultChannelLayout(cfg.NumChannels)}
	if cfg.Codec == "" {
		return p, nil
	}
	codec, err := codec.Resolve(cfg.Codec, astiav.MediaTypeAudio)
	if err != nil {
		return nil, err
	}
	_, err = p.ForEncoder(codec)
	return p, err
}

func (p *Audio) check() error {
	cfg := &p.Config
	if err := avoption.CheckTexts(avoption.Setting{Field: "Codec", Value: cfg.Codec}); err != nil {
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
		{"NumChannels", cfg.NumChannels, maxChannels, "channels"},
		{"OutNumChannels", cfg.OutNumChannels, maxChannels, "channels"},
	} {
		if c.value < 1 || c.value > c.most {
			return &fault.ConfigError{Field: c.field, Value: c.value, Reason: fmt.Sprintf("must be 1 to %d %s", c.most, c.unit)}
		}
	}
	if max(cfg.NumChannels, cfg.OutNumChannels) > placedChannels && cfg.NumChannels != cfg.OutNumChannels {
		return &fault.ConfigError{
			Field:     "OutNumChannels",
			Value:     cfg.OutNumChannels,
			Supported: []string{strconv.Itoa(cfg.NumChannels)},
			Reason: fmt.Sprintf(
				"more than %d channels are not mixed, since their places are not agreed on; set it to NumChannels, or mix before",
				placedChannels,
			),
		}
	}
	if cfg.BitRate < 0 {
		return &fault.ConfigError{
			Field:  "BitRate",
			Value:  cfg.BitRate,
			Reason: "must not be negative; 0 means FFmpeg's default",
		}
	}
	if format, ok := cfg.ExtraOptions["sample_fmt"]; ok {
		text, err := avoption.Text("sample_fmt", format)
		if err != nil {
			return err
		}
		p.wantsSampleFormat = text
	}
	return fault.First(
		avoption.CheckReserved(cfg.ExtraOptions, reservedAudioOptions),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "b", "BitRate", cfg.BitRate != 0),
		p.checkFrameSize(),
	)
}

// checkFrameSize refuses what the encoder would overwrite, or what would cut the blocks that it is
// given.
func (p *Audio) checkFrameSize() error {
	value, ok := p.Config.ExtraOptions["frame_size"]
	if !ok {
		return nil
	}
	return &fault.ConfigError{
		Field:  avoption.ExtraField("frame_size"),
		Value:  value,
		Reason: "the encoder chooses it; drop it, or set frame_duration where the encoder has that",
	}
}

// layouts are FFmpeg's default layouts by number of channels (av_channel_layout_default).
var layouts = [placedChannels + 1]astiav.ChannelLayout{
	1: astiav.ChannelLayoutMono,
	2: astiav.ChannelLayoutStereo,
	3: astiav.ChannelLayout2Point1,
	4: astiav.ChannelLayout4Point0,
	5: astiav.ChannelLayout5Point0Back,
	6: astiav.ChannelLayout5Point1Back,
	7: astiav.ChannelLayout6Point1,
	8: astiav.ChannelLayout7Point1,
}

// DefaultChannelLayout is FFmpeg's usual layout of so many channels. It has none of most numbers above eight:
// those have numbers and no places.
func DefaultChannelLayout(channels int) astiav.ChannelLayout {
	if channels > placedChannels {
		return astiavx.UsualLayout(channels)
	}
	return layouts[channels]
}

// ownLayouts are those of encoders that are others than FFmpeg's default and are not listed first,
// or not at all: those of Opus (RFC 7845, 5.1.1.2), and the one of seven channels that AAC numbers
// (ISO/IEC 14496-3, channel configuration 11); in the default one, FFmpeg changes channels round.
var ownLayouts = map[string]map[int]astiav.ChannelLayout{
	"libopus": {3: astiav.ChannelLayoutSurround, 4: astiav.ChannelLayoutQuad},
	"aac":     {7: astiav.ChannelLayout6Point1Back},
}

// output is the form of the samples that the encoder takes.
func (p *Audio) output(codec *astiav.Codec) (nodes.SampleSpec, error) {
	spec := nodes.SampleSpec{Rate: p.Config.OutSampleRate}
	if rates := codec.SupportedSampleRates(); len(rates) > 0 && !slices.Contains(rates, spec.Rate) {
		slices.Sort(rates)
		names := make([]string, len(rates))
		for i, r := range rates {
			names[i] = strconv.Itoa(r)
		}
		return spec, &fault.ConfigError{
			Field:     p.RateField(),
			Value:     spec.Rate,
			Reason:    codec.Name() + " does not encode this rate; set OutSampleRate to one that it does",
			Supported: names,
		}
	}
	var err error
	if spec.Layout, err = p.outputLayout(codec); err != nil {
		return spec, err
	}
	spec.Format, err = p.sampleFormat(codec)
	return spec, err
}

func (p *Audio) outputLayout(codec *astiav.Codec) (astiav.ChannelLayout, error) {
	usual := DefaultChannelLayout(p.Config.OutNumChannels)
	if l, ok := ownLayouts[codec.Name()][p.Config.OutNumChannels]; ok {
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
		if l.Channels() == p.Config.OutNumChannels {
			return l, nil
		}
	}
	return usual, &fault.ConfigError{
		Field: p.ChannelsField(),
		Value: p.Config.OutNumChannels,
		Reason: codec.Name() + " does not encode this number of channels; " + p.ChannelsAdvice(
			"one that it does",
		),
		Supported: names,
	}
}

// RateField is the field that the rate of the output came from.
func (p *Audio) RateField() string {
	if p.Config.OutSampleRate == p.Config.SampleRate {
		return "SampleRate"
	}
	return "OutSampleRate"
}

// ChannelsAdvice says how to come by other numbers of channels.
func (p *Audio) ChannelsAdvice(number string) string {
	if p.Config.NumChannels > placedChannels {
		return fmt.Sprintf(
			"more than %d are not mixed: feed fewer, or take a codec for many, such as pcm_s16le, pcm_f32le or wavpack",
			placedChannels,
		)
	}
	return "set OutNumChannels to " + number
}

// ChannelsField is the field that the number of channels of the output came from.
func (p *Audio) ChannelsField() string {
	if p.Config.OutNumChannels == p.Config.NumChannels {
		return "NumChannels"
	}
	return "OutNumChannels"
}

// preferredSampleFormats are in the order of what they lose of 32-bit float samples.
var preferredSampleFormats = []astiav.SampleFormat{
	astiav.SampleFormatFltp,
	astiav.SampleFormatFlt,
	astiav.SampleFormatDblp,
	astiav.SampleFormatDbl,
	astiav.SampleFormatS32P,
	astiav.SampleFormatS32,
	astiav.SampleFormatS64P,
	astiav.SampleFormatS64,
	astiav.SampleFormatS16P,
	astiav.SampleFormatS16,
	astiav.SampleFormatU8P,
	astiav.SampleFormatU8,
}

// sampleFormat is the one that is asked for, or the one that loses least.
func (p *Audio) sampleFormat(codec *astiav.Codec) (astiav.SampleFormat, error) {
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
	return 0, &fault.ConfigError{
		Field:     avoption.ExtraField("sample_fmt"),
		Value:     p.wantsSampleFormat,
		Reason:    codec.Name() + " does not encode it",
		Supported: names,
	}
}
