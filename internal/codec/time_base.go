package codec

import "github.com/asticode/go-astiav"

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
