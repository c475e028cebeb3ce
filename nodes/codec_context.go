package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
)

// NewCodecContext allocates an encoder that is not open yet. FreeCodecContext frees it, or the
// Encode that takes it over.
func NewCodecContext(codec *astiav.Codec) *astiav.CodecContext {
	live.New("encoder")
	return astiav.AllocCodecContext(codec)
}

// FreeCodecContext frees an encoder that no Encode has taken over.
func FreeCodecContext(codec *astiav.CodecContext) {
	endSVTAV1(codec)
	astiavx.FreeEncoder(codec)
	live.Freed("encoder") // counted last: some encoders take long to be freed
}

// endSVTAV1 gives SVT-AV1 the end of its stream, and a picture before it if it has had none:
// version 1.4.1 waits for ever if it is closed without them, and 2.3.0 does not.
func endSVTAV1(codec *astiav.CodecContext) {
	if astiavx.OpenEncoder(codec) != "libsvtav1" || astiavx.SVTAV1AtLeast(2, 3) {
		return
	}
	if astiavx.FramesTaken(codec) == 0 {
		_ = encodeOnce(codec) // the packet is of no use
		return
	}
	_ = codec.SendFrame(nil) // an error says that the encoder has had its end before
}
