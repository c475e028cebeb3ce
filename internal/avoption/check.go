package avoption

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/avloom/avloom/internal/astiavx"
)

// check compares the value of an encoder's option with what FFmpeg, or our own tables, declare.
func (o Option) check(encoder string, declared astiavx.Option) error {
	limits := limitsOf(encoder, declared)
	n, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
	if err != nil {
		return o.explainRefusal(encoder, declared, limits, err)
	}
	if declared.Kind == astiavx.OptionNumber || declared.Kind == astiavx.OptionWhole {
		if !(n >= limits.least && n <= limits.most) || declared.Kind == astiavx.OptionWhole && IsFraction(o.Value) {
			return o.explainRefusal(encoder, declared, limits, nil)
		}
	}
	return checkChoice(encoder, o)
}

func IsFraction(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && f != math.Trunc(f)
}

// CheckMuxer compares the value of a container's option with what FFmpeg declares.
func (o Option) CheckMuxer(container string) error {
	err := astiavx.CheckMuxerOption(container, o.Key, o.Value)
	if err == nil {
		return nil
	}
	declared, _ := Find(astiavx.MuxerOptions(container), o.Key)
	return o.ExplainRefusal(container, declared, err)
}

// Refused turns the refusal of a value by a muxer or a protocol into an error that says what would do.
// err is what FFmpeg said.
func (o Option) ExplainRefusal(by string, declared astiavx.Option, err error) error {
	return o.explainRefusal(by, declared, span{declared.Min, declared.Max}, err)
}

// refused turns the refusal of a value into an error that says what would do. err is FFmpeg's, if it was FFmpeg that refused.
func (o Option) explainRefusal(by string, declared astiavx.Option, limits span, err error) error {
	e := o.ConfigError("", slices.Clone(declared.Values)...) // the list is everybody's
	number := "a number"
	if declared.Kind == astiavx.OptionWhole {
		number = "a whole number"
	}
	switch declared.Kind {
	case astiavx.OptionNumber, astiavx.OptionWhole:
		e.Reason = fmt.Sprintf("must be %s%s for %s", number, limits, by)
		if len(e.Supported) > 0 {
			e.Reason = fmt.Sprintf("must be one of these names, or %s%s, for %s", number, limits, by)
		}
	case astiavx.OptionBool:
		e.Reason = "must be true or false"
	case astiavx.OptionFlags:
		e.Reason = `must be names joined by "+"`
	case astiavx.OptionPairs:
		e.Reason = `must be name=value pairs joined by ":"`
	default:
		e.Reason, e.Err = by+" refuses it", err
	}
	return e
}

// span is the range of values that an encoder really has.
type span struct{ least, most float64 }

// String is the range as the end of "must be a number"; nothing where FFmpeg declares none.
func (s span) String() string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	noLeast, noMost := s.least <= math.MinInt32, s.most >= math.MaxInt32
	switch {
	case noLeast && noMost:
		return ""
	case noMost:
		return " of " + number(s.least) + " or more"
	default:
		return " from " + number(s.least) + " to " + number(s.most)
	}
}

func limitsOf(encoder string, declared astiavx.Option) span {
	if limits, ok := clipped[encoder][declared.Name]; ok {
		return limits
	}
	return span{declared.Min, declared.Max}
}

// clipped are options whose values an encoder would silently clip, ignore, or not open with, beyond a range that is narrower than the one that FFmpeg declares.
//   - x264 clips in validate_parameters (encoder/encoder.c); its SEI shows to what. Its QP goes on to QP_MAX = 51+18 for 8 bits (common/common.h).
//   - x265 documents crf and qp from 0 to 51 ("Quality, rate control and rate distortion options").
//   - In FFmpeg's wrappers for SVT-AV1 a crf or a qp of 0 (libsvtav1.c), for libvpx and libaom one of -1 (libvpxenc.c, libaomenc.c), means
//     that none is set.
//   - FFmpeg's AAC encoder tries for ever to fit a frame into its bits where it may not exceed them at all (bit_rate_tolerance in aacenc.c).
var clipped = map[string]map[string]span{
	"libx264":    x264Clips,
	"libx264rgb": x264Clips,
	"aac":        {"bt": {1, math.MaxInt32}},
	"libx265":    {"crf": {0, 51}, "qp": {0, 51}},
	"libsvtav1":  {"crf": {1, 63}, "qp": {1, 63}},
	"libvpx":     vpxLimits,
	"libvpx-vp9": vpxLimits,
	"libaom-av1": vpxLimits,
}

// vpxLimits are those of libvpx and libaom: vpx_codec_enc_cfg_t and aom_codec_enc_cfg_t have quantizers from 0 to 63, and FFmpeg's -1 is their default.
var vpxLimits = map[string]span{"crf": {0, 63}, "qmin": {-1, 63}, "qmax": {-1, 63}}

var x264Clips = map[string]span{
	"crf": {0, 51}, "crf_max": {0, 51}, "qp": {0, 69}, "qmax": {0, 69}, "qcomp": {0, 1},
	"refs": {1, 16}, "bf": {0, 16}, "b-bias": {-90, 100}, "b-pyramid": {0, 2}, "weightp": {0, 2},
	"aq-mode": {0, 3}, "aq-strength": {0, 3}, "rc-lookahead": {0, 250}, "chromaoffset": {-12, 12}, "noise_reduction": {0, 1 << 16},
	"direct-pred": {0, 3}, "subq": {0, 11}, "trellis": {0, 2}, "me_range": {4, 1024},
}
