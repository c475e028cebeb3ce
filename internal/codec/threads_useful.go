package codec

import (
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// maxThreads is how many frames FFmpeg's own encoders encode at the same time, at most; with more
// threads they do not open (MAX_THREADS in frame_thread_encoder.c).
const maxThreads = 64

// maxSliceThreads is how many threads FFmpeg starts without being told, at most, for encoders that
// cut a picture into slices (MAX_AUTO_THREADS in pthread_internal.h).
const maxSliceThreads = 16

// mostUseful returns how many threads an encoder profits from for pictures of this size in pixels.
// Unless another source is named, the figures were measured with FFmpeg 9.0.2 and the libraries of
// Debian 12 on 16 cores, for moving pictures of 640×360, 1280×720, 1920×1080 and 3840×2160. They
// are the numbers beyond which twice the threads encode less than a quarter more. Encoders that
// still gained with 16 threads get more for larger pictures.
func mostUseful(encoder string, width, height int, options []avoption.Option) int {
	return max(1, min(usefulThreads(encoder, width, height, options), maxThreads))
}

func usefulThreads(encoder string, width, height int, options []avoption.Option) int {
	macroblocks, superblocks := ceilDiv(height, 16), ceilDiv(height, 64) // rows
	if slices.ContainsFunc(options, func(o avoption.Option) bool { return strings.HasPrefix(o.Key, "tile") }) {
		return maxThreads // the options cut the picture for them
	}
	switch encoder {
	case "libx264", "libx264rgb": // x264 uses at most one for two rows (validate_parameters in its encoder.c)
		return min(macroblocks/2, max(24, macroblocks/3))
	case "libx265": // threads of its pool, which encode rows of 64 lines of several frames
		return superblocks * 3 / 2
	case "libvpx-vp9":
		return superblocks + 2
	case "libvpx": // encodes rows of macroblocks
		return 4 + 4*min(1, width/1280)
	case "libaom-av1":
		return ceilDiv(superblocks, 2) + 1
	case "libsvtav1": // starts some fifty threads for each
		return svtThreads(height)
	case "rawvideo", "wrapped_avframe", "v210", "v308", "v408", "v410", "r10k", "r210", "avrp", "y41p", "yuv4",
		"bitpacked": // these copy
		return 2
	case "ffvhuff", "huffyuv", "utvideo", "magicyuv": // more threads wait for memory
		return 8
	}
	return usefulAsDeclared(encoder, macroblocks)
}

// usefulAsDeclared returns how many threads the other encoders profit from. FFmpeg declares how
// they use threads.
func usefulAsDeclared(encoder string, macroblocks int) int {
	can := astiavx.EncoderCapabilities(encoder)
	_, sliced := threading[encoder]
	switch {
	case can.FrameThreads && !sliced: // each encodes a whole picture, which depends on no other
		return maxThreads
	case can.SliceThreads:
		return min(ceilDiv(macroblocks, 6), maxSliceThreads)
	case can.OtherThreads:
		return maxSliceThreads
	default:
		return 1
	}
}

// svtThreads returns the level of parallelism beyond which SVT-AV1 (1.4.1) only uses more memory.
// Small pictures are encoded so fast that a higher level still helps.
func svtThreads(height int) int {
	if 720 <= height && height <= 1088 {
		return 8
	}
	return 16
}

func ceilDiv(n, by int) int { return (n + by - 1) / by }
