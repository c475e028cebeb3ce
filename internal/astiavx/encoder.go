package astiavx

//#include <libavcodec/avcodec.h>
//#include <stdlib.h>
import "C"

import (
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Capabilities are those of an encoder that avloom has to know. Go-astiav has no access to them.
type Capabilities struct {
	VariableFrameSize bool // takes any number of samples at a time
	Delay             bool // keeps frames back until it is flushed
	OtherThreads      bool // the library behind it starts its own threads
	FrameThreads      bool
	SliceThreads      bool
}

// EncoderCapabilities returns the capabilities of the encoder of this name; none if it is unknown.
func EncoderCapabilities(name string) Capabilities {
	codec := findEncoder(name)
	if codec == nil {
		return Capabilities{}
	}
	has := func(flag C.int) bool { return codec.capabilities&flag != 0 }
	return Capabilities{
		VariableFrameSize: has(C.AV_CODEC_CAP_VARIABLE_FRAME_SIZE),
		Delay:             has(C.AV_CODEC_CAP_DELAY),
		OtherThreads:      has(C.AV_CODEC_CAP_OTHER_THREADS),
		FrameThreads:      has(C.AV_CODEC_CAP_FRAME_THREADS),
		SliceThreads:      has(C.AV_CODEC_CAP_SLICE_THREADS),
	}
}

// SetEncoderColor sets all colour tags of an encoder. Go-astiav cannot set the chroma location.
func SetEncoderColor(cc *astiav.CodecContext, c Color) {
	av := avcodec(cc)
	av.colorspace = C.enum_AVColorSpace(c.Space)
	av.color_range = C.enum_AVColorRange(c.Range)
	av.color_primaries = C.enum_AVColorPrimaries(c.Primaries)
	av.color_trc = C.enum_AVColorTransferCharacteristic(c.Transfer)
	av.chroma_sample_location = C.enum_AVChromaLocation(c.Location)
}

// KeepFrameDurations makes an encoder pass the durations of its frames on. Without the flag, the
// last packet of video has no duration, and the last packet of audio does not declare its padding.
// Go-astiav lacks the flag AV_CODEC_FLAG_FRAME_DURATION.
func KeepFrameDurations(cc *astiav.CodecContext) { avcodec(cc).flags |= C.AV_CODEC_FLAG_FRAME_DURATION }

// Priming returns how many samples an audio encoder inserts before the first one (initial_padding).
// Go-astiav has no access to it.
func Priming(cc *astiav.CodecContext) int { return int(avcodec(cc).initial_padding) }

// Reordering returns how many pictures a decoder of this video must decode ahead of the one that it
// shows (has_b_frames). Go-astiav has no access to it.
func Reordering(cc *astiav.CodecContext) int { return int(avcodec(cc).has_b_frames) }

// OpenEncoder returns the name of an encoder that is open; "" if it is not open. Go-astiav has no
// avcodec_is_open.
func OpenEncoder(cc *astiav.CodecContext) string {
	av := avcodec(cc)
	if av == nil || C.avcodec_is_open(av) == 0 {
		return ""
	}
	return C.GoString(av.codec.name)
}

// FramesTaken returns how many frames an encoder has been given (frame_num). Go-astiav has no
// access to it.
func FramesTaken(cc *astiav.CodecContext) int64 { return int64(avcodec(cc).frame_num) }

// ReceivePacket takes the next packet from an encoder. It returns false if the encoder has none: it
// needs more frames, or has ended. Go-astiav allocates an error for each such answer, which comes
// once for each frame.
func ReceivePacket(cc *astiav.CodecContext, p *astiav.Packet) (ok bool, err error) {
	ret := C.avcodec_receive_packet(avcodec(cc), (*C.AVPacket)(cPointer(p)))
	if ret == -C.int(syscall.EAGAIN) || ret == C.AVERROR_EOF {
		return false, nil
	}
	return ret >= 0, asError(ret)
}

func avcodec(cc *astiav.CodecContext) *C.AVCodecContext {
	return (*C.AVCodecContext)(cc.UnsafePointer())
}

func findEncoder(name string) *C.AVCodec {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	return C.avcodec_find_encoder_by_name(n)
}

// asError turns a return value of FFmpeg into an error.
func asError(ret C.int) error {
	if ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}
