package codec

import (
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// mostThreads is how many frames at a time FFmpeg's own encoders take, and do not open with more
// (MAX_THREADS in frame_thread_encoder.c).
const mostThreads = 64

// mostSliceThreads is how many threads FFmpeg starts by itself, at most, for encoders that cut a
// picture into slices (MAX_AUTO_THREADS in pthread_internal.h).
const mostSliceThreads = 16

// mostUseful is how many threads an encoder profits from for pictures of this size. Where no other
// source is named, the figures were measured, with FFmpeg 9.0.2 and the libraries of Debian 12 on
// 16 cores, for moving pictures of 640×360, 1280×720, 1920×1080 and 3840×2160: from where on twice
// the threads encode less than a quarter more. What still gained with 16 is left to grow with the
// picture.
func mostUseful(encoder string, width, height int, options []avoption.Option) int {
	return max(1, min(usefulThreads(encoder, width, height, options), mostThreads))
}

func usefulThreads(encoder string, width, height int, options []avoption.Option) int {
	macroblocks, superblocks := ceilDiv(height, 16), ceilDiv(height, 64) // rows
	if slices.ContainsFunc(options, func(o avoption.Option) bool { return strings.HasPrefix(o.Key, "tile") }) {
		return mostThreads // the user has cut the picture for them
	}
	switch encoder {
	case "libx264", "libx264rgb": // x264 itself takes one for two rows at most (validate_parameters in its encoder.c)
		return min(macroblocks/2, max(24, macroblocks/3))
	case "libx265": // threads of its pool, which work at rows of 64 lines of several frames
		return superblocks * 3 / 2
	case "libvpx-vp9":
		return superblocks + 2
	case "libvpx": // works at rows of macroblocks
		return 4 + 4*min(1, width/1280)
	case "libaom-av1":
		return ceilDiv(superblocks, 2) + 1
	case "libsvtav1": // each stands for some fifty threads of its own
		return svtThreads(height)
	case "rawvideo", "wrapped_avframe", "v210", "v308", "v408", "v410", "r10k", "r210", "avrp", "y41p", "yuv4",
		"bitpacked": // they copy
		return 2
	case "ffvhuff", "huffyuv", "utvideo", "magicyuv": // memory is full then
		return 8
	}
	return usefulToFFmpeg(encoder, macroblocks)
}

// usefulToFFmpeg is for the encoders that are FFmpeg's own, which say how they use threads, and for
// other libraries.
func usefulToFFmpeg(encoder string, macroblocks int) int {
	can := astiavx.EncoderCapabilities(encoder)
	switch _, sliced := threading[encoder]; {
	case can.FrameThreads && !sliced: // whole pictures at a time, which depend on no other: as many as there are
		return mostThreads
	case can.SliceThreads:
		return min(ceilDiv(macroblocks, 6), mostSliceThreads)
	case can.OtherThreads:
		return mostSliceThreads
	default:
		return 1
	}
}

// svtThreads is the level of parallelism from which on SVT-AV1 (1.4.1) gains memory alone. Small
// pictures are so quick that they gain for longer.
func svtThreads(height int) int {
	if 720 <= height && height <= 1088 {
		return 8
	}
	return 16
}

func ceilDiv(n, by int) int { return (n + by - 1) / by }
