package api

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// opener opens an encoder, and finds out why one does not open.
type opener struct {
	codec        *astiav.Codec
	options      []codecOption
	globalHeader bool
	setUp        func(cc *astiav.CodecContext, probe string) // sets what is no option
}

// open opens the encoder. Where an option is to blame, the error is a *ConfigError that names it.
func (o *opener) open() (*astiav.CodecContext, error) {
	cc, err := o.try("", "")
	if err == nil {
		return cc, nil
	}
	if blamed, ok := err.(*ConfigError); ok { //nolint:errorlint // from SetOption, not wrapped
		return nil, blamed
	}
	known := astiavx.EncoderOptions(o.codec.Name())
	for _, option := range o.options {
		if o.opensWithout(option.key, "") {
			declared, _ := findOption(known, option.key)
			declared.Values = append(declared.Values, choices[o.codec.Name()][option.key]...)
			return nil, option.refused(o.codec.Name(), declared, err)
		}
	}
	return nil, err
}

// opensWithout says whether the encoder opens without an option, or with something harmless in place of a field.
func (o *opener) opensWithout(key, probe string) bool {
	cc, err := o.try(key, probe)
	if err != nil {
		return false
	}
	nodes.FreeCodecContext(cc)
	return true
}

func (o *opener) try(without, probe string) (*astiav.CodecContext, error) {
	cc := nodes.NewCodecContext(o.codec)
	if err := o.configure(cc, without, probe); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	if err := cc.Open(o.codec, nil); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, fmt.Errorf("open %s: %w", o.codec.Name(), err)
	}
	return cc, nil
}

func (o *opener) configure(cc *astiav.CodecContext, without, probe string) error {
	astiavx.Quiet(cc)
	o.setUp(cc, probe)
	for _, option := range o.options {
		if option.key == without {
			continue
		}
		if err := astiavx.SetOption(cc, option.key, option.value); err != nil {
			declared, _ := findOption(astiavx.EncoderOptions(o.codec.Name()), option.key)
			return option.refused(o.codec.Name(), declared, err)
		}
	}
	if o.globalHeader {
		cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	}
	return nil
}

// choices are the values that a library behind an encoder knows for options that FFmpeg passes on as text: x264's x264_preset_names,
// x264_tune_names and x264_profile_names (x264.h), x265's x265_preset_names, x265_tune_names and profiles (x265.h).
var choices = map[string]map[string][]string{
	"libx264":    x264Choices,
	"libx264rgb": x264Choices,
	"libx265": {
		"preset":  presets,
		"tune":    {"psnr", "ssim", "grain", "zerolatency", "fastdecode", "animation"},
		"profile": {"main", "main10", "mainstillpicture", "main444-8", "main422-10", "main444-10", "main12", "main422-12", "main444-12"},
	},
}

var (
	presets     = []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"}
	x264Choices = map[string][]string{
		"preset":  presets,
		"tune":    {"film", "animation", "grain", "stillimage", "psnr", "ssim", "fastdecode", "zerolatency"},
		"profile": {"baseline", "main", "high", "high10", "high422", "high444"},
	}
)
