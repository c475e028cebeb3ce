package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// maxSampleRate is the highest sample rate in Hz: above that of every format in use (DXD has
// 352800).
const maxSampleRate = 768000

// DefaultBlockSize is the number of samples per channel in a block for encoders that take any
// number.
const DefaultBlockSize = 1024

// Audio is an AudioConfig that has been checked as far as possible without a container. It never
// changes: an Open that was abandoned may still read it.
type Audio struct {
	Config       AudioConfig      // OutSampleRate and OutNumChannels are filled in
	Input        nodes.SampleSpec // of the caller's samples, with the default layout of their channels
	sampleFormat string           // FFmpeg's name, from ExtraOptions; "": the encoder's best one
}

// reservedAudioOptions name the field to set instead of an option of libavcodec or of the ffmpeg
// command.
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

// handledAudioOptions are options that the plan itself reads. The encoder does not get them.
var handledAudioOptions = map[string]string{"sample_fmt": ""}

// NewAudio plans an audio stream. It returns an error for everything that is wrong with the config
// and that can be found without a container.
func NewAudio(cfg AudioConfig) (*Audio, error) {
	if cfg.OutSampleRate == 0 {
		cfg.OutSampleRate = cfg.SampleRate
	}
	if cfg.OutNumChannels == 0 {
		cfg.OutNumChannels = cfg.NumChannels
	}
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change the map later
	cfg.Metadata, cfg.Disposition = maps.Clone(cfg.Metadata), slices.Clone(cfg.Disposition)
	p := &Audio{Config: cfg}
	words := checkWords(astiav.MediaTypeAudio, cfg.Metadata, cfg.Disposition)
	if err := fault.First(p.checkNumbers(), p.readSampleFormat(), p.checkOptions(), words); err != nil {
		return nil, err
	}
	layout := DefaultChannelLayout(cfg.NumChannels)
	p.Input = nodes.SampleSpec{Rate: cfg.SampleRate, Format: astiav.SampleFormatFltp, Layout: layout}
	if cfg.Codec == "" {
		return p, nil
	}
	encoder, err := codec.Resolve(cfg.Codec, astiav.MediaTypeAudio)
	if err != nil {
		return nil, err
	}
	_, err = p.ForEncoder(encoder)
	return p, err
}

// checkNumbers checks the codec's text, the rates and the numbers of channels.
func (p *Audio) checkNumbers() error {
	cfg := &p.Config
	if err := avoption.CheckTexts(avoption.Setting{Field: "Codec", Value: cfg.Codec}); err != nil {
		return err
	}
	for _, number := range []struct {
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
		if number.value < 1 || number.value > number.most {
			reason := fmt.Sprintf("must be from 1 to %d %s", number.most, number.unit)
			return &fault.ConfigError{Field: number.field, Value: number.value, Reason: reason}
		}
	}
	if max(cfg.NumChannels, cfg.OutNumChannels) > placedChannels && cfg.NumChannels != cfg.OutNumChannels {
		reason := fmt.Sprintf("more than %d channels are not mixed, because their order is not agreed on; "+
			"set it to NumChannels, or mix the channels first", placedChannels)
		supported := []string{strconv.Itoa(cfg.NumChannels)}
		return &fault.ConfigError{
			Field: "OutNumChannels", Value: cfg.OutNumChannels, Reason: reason, Supported: supported,
		}
	}
	if cfg.BitRate < 0 {
		reason := "must not be negative; 0 means FFmpeg's default"
		return &fault.ConfigError{Field: "BitRate", Value: cfg.BitRate, Reason: reason}
	}
	return nil
}

// readSampleFormat takes the sample format from ExtraOptions.
func (p *Audio) readSampleFormat() error {
	format, ok := p.Config.ExtraOptions["sample_fmt"]
	if !ok {
		return nil
	}
	text, err := avoption.Text("sample_fmt", format)
	p.sampleFormat = text
	return err
}

// checkOptions returns an error for an option that a field replaces or that FFmpeg would overwrite.
func (p *Audio) checkOptions() error {
	cfg := &p.Config
	return fault.First(
		avoption.CheckReserved(cfg.ExtraOptions, reservedAudioOptions),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "b", "BitRate", cfg.BitRate != 0),
		p.checkFrameSize(),
	)
}

// checkFrameSize returns an error for the option frame_size. Either the encoder overwrites it,
// or the value cuts the blocks that the encoder gets.
func (p *Audio) checkFrameSize() error {
	value, ok := p.Config.ExtraOptions["frame_size"]
	if !ok {
		return nil
	}
	reason := "the encoder chooses it; drop it, or set frame_duration if the encoder has that option"
	return &fault.ConfigError{Field: avoption.ExtraField("frame_size"), Value: value, Reason: reason}
}
