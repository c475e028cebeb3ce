package codec

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// twoPassEncoders are the encoders that can make two passes, with a bit rate.
var twoPassEncoders = slices.Concat(
	[]string{"libx264", "libx265", "libaom-av1", "libvpx-vp9", "libvpx", "libx264rgb"}, mpegInterEncoders,
)

// twoPassQuality are those of them that also take a constant quality: with it, the first pass finds
// out where key frames and hidden frames are worth their bits.
var twoPassQuality = []string{"libvpx-vp9", "libaom-av1"}

// Check returns an error about an encoder that cannot make two passes, and about settings with
// which it cannot. The options are those of the config. A nil pass is a single one.
func (p *Pass) Check(encoder string, format astiav.PixelFormat, options []avoption.Option) error {
	if p == nil {
		return nil
	}
	return fault.First(
		checkTwoPassEncoder(encoder), checkOwnPass(encoder, options), checkTwoPassRate(encoder, options),
		checkTwoPassAlpha(encoder, format),
	)
}

func checkTwoPassEncoder(encoder string) error {
	if slices.Contains(twoPassEncoders, encoder) {
		return nil
	}
	e := &fault.ConfigError{
		Field: "Codec", Value: encoder, Reason: "cannot make two passes; take another encoder, or one pass",
		Supported: slices.DeleteFunc(slices.Clone(twoPassEncoders), func(name string) bool {
			return astiav.FindEncoderByName(name) == nil
		}),
	}
	if isHardware(encoder) {
		e.Reason = "passes over each picture twice instead, in one pass over the video: set ExtraOptions[multipass]"
	}
	return e
}

// ownPassOptions name the file of statistics.
var ownPassOptions = []string{"stats", "passlogfile", "x265-stats"}

// checkOwnPass returns an error about options that make one of two passes, or name the file of
// statistics.
func checkOwnPass(encoder string, options []avoption.Option) error {
	const text = "is set for each of the two passes; leave %s out"
	for _, o := range options {
		if slices.Contains(ownPassOptions, o.Key) {
			return o.ConfigError(fmt.Sprintf(text, "it"))
		}
		if o.Key == "flags" {
			flags, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
			if err == nil && int64(flags)&passFlags != 0 {
				return o.ConfigError(fmt.Sprintf(text, "pass1 and pass2"))
			}
		}
		if o.Key != "x264-params" && o.Key != "x265-params" {
			continue
		}
		all, err := o.Parameters()
		if err != nil {
			return err
		}
		for _, p := range all {
			if name := p.FoldedName(); name == "pass" || name == "stats" {
				return o.ConfigError(fmt.Sprintf(text, p.Name))
			}
		}
	}
	return nil
}

// checkTwoPassRate returns an error if nothing is set that two passes could keep.
func checkTwoPassRate(encoder string, options []avoption.Option) error {
	isSet := func(key, unset string) bool {
		return slices.ContainsFunc(options, func(o avoption.Option) bool { return o.Key == key && o.Value != unset })
	}
	takesQuality := slices.Contains(twoPassQuality, encoder)
	if isSet("b", "0") || takesQuality && isSet("crf", "-1") {
		return nil
	}
	reason := "must be set: two passes divide it among the pictures; a constant quality needs one pass only"
	if takesQuality {
		reason = "must be set, or CRF, or both: two passes divide the bits among the pictures"
	}
	return &fault.ConfigError{Field: "BitRate", Value: 0, Reason: reason}
}

// checkTwoPassAlpha returns an error about alpha in VP8 and VP9: FFmpeg encodes it with a second
// encoder, and mixes up the statistics of both (queue_frames in libvpxenc.c).
func checkTwoPassAlpha(encoder string, format astiav.PixelFormat) error {
	if encoder != "libvpx" && encoder != "libvpx-vp9" || !astiavx.DescribePixelFormat(format).Alpha {
		return nil
	}
	const reason = "has alpha, with which %s cannot make two passes; take a format without, or one pass"
	return &fault.ConfigError{Field: "PixelFormat", Value: format.Name(), Reason: fmt.Sprintf(reason, encoder)}
}
