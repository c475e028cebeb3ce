package avoption

import (
	"math"
	"strconv"

	"github.com/avloom/avloom/internal/astiavx"
)

// limits are the least and the greatest value that an encoder really uses.
type limits struct{ least, most float64 }

// contain reports whether a number lies within the limits. NaN does not.
func (l limits) contain(n float64) bool { return n >= l.least && n <= l.most }

// String returns the limits as the end of "must be a number"; "" if there are none.
func (l limits) String() string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	noLeast, noMost := l.least <= math.MinInt32, l.most >= math.MaxInt32
	switch {
	case noLeast && noMost:
		return ""
	case noMost:
		return " of " + number(l.least) + " or more"
	default:
		return " from " + number(l.least) + " to " + number(l.most)
	}
}

func limitsFor(encoder string, declared astiavx.Option) limits {
	narrower, ok := narrowerLimits[encoder][declared.Name]
	if ok {
		return narrower
	}
	return limits{declared.Min, declared.Max}
}

// narrowerLimits has the options for which FFmpeg declares a wider range than the encoder uses.
// Beyond these limits an encoder silently clips the value, ignores it, or does not open.
//   - x264 clips in validate_parameters (encoder/encoder.c); its SEI shows the value that it uses.
//     Its QP goes up to QP_MAX = 51+18 for 8 bits (common/common.h).
//   - x265 documents crf and qp from 0 to 51 ("Quality, rate control and rate distortion options").
//   - In FFmpeg's wrapper of SVT-AV1 a crf or a qp of 0 means "not set" (libsvtav1.c); in those of
//     libvpx and libaom a crf of -1 does (libvpxenc.c, libaomenc.c).
//   - With a bt of 0, FFmpeg's AAC encoder tries for ever to fit a frame into its bits
//     (bit_rate_tolerance in aacenc.c).
var narrowerLimits = map[string]map[string]limits{
	"libx264":    x264Limits,
	"libx264rgb": x264Limits,
	"aac":        {"bt": {1, math.MaxInt32}},
	"libx265":    {"crf": {0, 51}, "qp": {0, 51}},
	"libsvtav1":  {"crf": {1, 63}, "qp": {1, 63}},
	"libvpx":     vpxLimits,
	"libvpx-vp9": vpxLimits,
	"libaom-av1": vpxLimits,
}

// vpxLimits are those of libvpx and libaom. Their quantizers go from 0 to 63 (vpx_codec_enc_cfg_t,
// aom_codec_enc_cfg_t); FFmpeg's -1 stands for the library's default.
var vpxLimits = map[string]limits{"crf": {0, 63}, "qmin": {-1, 63}, "qmax": {-1, 63}}

var x264Limits = map[string]limits{
	"crf": {0, 51}, "crf_max": {0, 51}, "qp": {0, 69}, "qmax": {0, 69}, "qcomp": {0, 1},
	"refs": {1, 16}, "bf": {0, 16}, "b-bias": {-90, 100}, "b-pyramid": {0, 2}, "weightp": {0, 2},
	"aq-mode": {0, 3}, "aq-strength": {0, 3}, "rc-lookahead": {0, 250}, "chromaoffset": {-12, 12},
	"noise_reduction": {0, 1 << 16}, "direct-pred": {0, 3}, "subq": {0, 11}, "trellis": {0, 2},
	"me_range": {4, 1024},
}

// x264BelowZero returns how far below 0 the crf of x264 goes for samples of so many bits: its
// QP_BD_OFFSET (common/common.h). FFmpeg's own option crf starts at 0.
func x264BelowZero(bits int) float64 { return float64(6 * (max(bits, 8) - 8)) }
