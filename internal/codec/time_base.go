package codec

import (
	"slices"

	"github.com/asticode/go-astiav"
)

// fineClock is how many ticks a second has for frames that carry their own times: those of MPEG-TS,
// of which every common frame rate takes a whole number, or nearly so.
const fineClock = 90_000

// coarseClocks are the ticks for codecs whose streams have 16 bits for them (mpeg4_encode_init in
// FFmpeg's mpeg4videoenc.c).
var coarseClocks = map[astiav.CodecID]int{astiav.CodecIDMpeg4: 60_000}

// TimeBase returns the time base of an encoder of this codec, if the frames carry their own times.
func TimeBase(codec astiav.CodecID) astiav.Rational {
	if ticks, ok := coarseClocks[codec]; ok {
		return astiav.NewRational(1, ticks)
	}
	return astiav.NewRational(1, fineClock)
}

// statedRate are the encoders that take their frame rate from the time base and write it into the
// stream, which has a few rates only (find_frame_rate_index in mpeg12enc.c, av_dv_codec_profile2 in
// dv_profile.c).
var statedRate = []string{"mpeg1video", "mpeg2video", "dvvideo"}

// countsFrames are the encoders whose packets have the number of the frame for a time (encode_frame
// in libtheoraenc.c).
var countsFrames = []string{"libtheora"}

// TakesOwnTimes says whether frames of an encoder can carry their own times.
func TakesOwnTimes(encoder string) bool {
	return !slices.Contains(statedRate, encoder) && !slices.Contains(countsFrames, encoder)
}

// TakesGaps says whether frames may be missing at the constant rate of an encoder.
func TakesGaps(encoder string) bool { return !slices.Contains(countsFrames, encoder) }

// countBits are the encoders whose rate control takes the times of frames for their numbers
// (ff_rate_estimate_qscale in ratecontrol.c, which multiplies the bit rate by the PTS over the
// frame rate). With own times it allows thousands of times the bits.
var countBits = []string{
	"mpeg4", "libxvid", "msmpeg4", "msmpeg4v2", "h261", "h263", "h263p", "flv", "wmv1", "wmv2", "snow", "rv10", "rv20",
}

// KeepsBitRate says whether an encoder keeps to a bit rate if frames carry their own times.
func KeepsBitRate(encoder string) bool { return !slices.Contains(countBits, encoder) }

// OwnTimesEncoders are well-known encoders whose frames can carry their own times.
func OwnTimesEncoders() []string {
	return slices.DeleteFunc(slices.Clone(WellKnownEncoders), func(name string) bool {
		encoder := astiav.FindEncoderByName(name)
		return encoder == nil || encoder.ID().MediaType() != astiav.MediaTypeVideo || !TakesOwnTimes(name)
	})
}
