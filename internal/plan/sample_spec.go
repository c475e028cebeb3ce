package plan

import (
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// outputSpec chooses the rate, layout and format of the samples that the encoder gets.
func (p *Audio) outputSpec(codec *astiav.Codec) (spec nodes.SampleSpec, err error) {
	spec.Rate = p.Config.OutSampleRate
	if err = p.checkRate(codec); err != nil {
		return spec, err
	}
	if spec.Layout, err = p.outputLayout(codec); err != nil {
		return spec, err
	}
	spec.Format, err = p.chooseSampleFormat(codec)
	return spec, err
}

// checkRate returns an error for a sample rate that the encoder does not list.
func (p *Audio) checkRate(codec *astiav.Codec) error {
	rates := codec.SupportedSampleRates()
	if len(rates) == 0 || slices.Contains(rates, p.Config.OutSampleRate) {
		return nil
	}
	slices.Sort(rates)
	names := make([]string, len(rates))
	for i, r := range rates {
		names[i] = strconv.Itoa(r)
	}
	reason := codec.Name() + " does not encode this rate; set OutSampleRate to one that it does"
	return &fault.ConfigError{Field: p.RateField(), Value: p.Config.OutSampleRate, Reason: reason, Supported: names}
}

// RateField returns the name of the field that sets the sample rate of the encoded sound.
func (p *Audio) RateField() string {
	if p.Config.OutSampleRate == p.Config.SampleRate {
		return "SampleRate"
	}
	return "OutSampleRate"
}

// preferredSampleFormats are FFmpeg's sample formats. Those that lose least of 32-bit float samples
// come first.
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

// chooseSampleFormat returns the sample format that the user asks for, otherwise the encoder's
// format that loses least.
func (p *Audio) chooseSampleFormat(codec *astiav.Codec) (astiav.SampleFormat, error) {
	supported := codec.SupportedSampleFormats()
	if len(supported) == 0 {
		supported = preferredSampleFormats
	}
	if p.sampleFormat == "" {
		for _, f := range preferredSampleFormats {
			if slices.Contains(supported, f) {
				return f, nil
			}
		}
		return supported[0], nil
	}
	var names []string
	for _, f := range supported {
		if f.Name() == p.sampleFormat {
			return f, nil
		}
		names = append(names, f.Name())
	}
	reason := codec.Name() + " does not encode this sample format"
	field := avoption.ExtraField("sample_fmt")
	return 0, &fault.ConfigError{Field: field, Value: p.sampleFormat, Reason: reason, Supported: names}
}
