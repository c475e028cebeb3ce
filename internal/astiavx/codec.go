package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavcodec/codec_desc.h>
//#include <libavutil/mem.h>
//#include <libavutil/pixdesc.h>
//#include <stdlib.h>
import "C"

import (
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Capabilities of an encoder that avloom has to know. Go-astiav shows none.
type Capabilities struct {
	VariableFrameSize bool // takes any number of samples at a time
	Delay             bool // holds frames back, and gives them up when it is asked at the end
	OtherThreads      bool // the library behind it brings its own threads
	FrameThreads      bool
	SliceThreads      bool
}

// EncoderCapabilities returns what the encoder of this name can do.
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

// CodecID returns the codec of this name, "h264" for instance. Go-astiav finds codecs by number only.
func CodecID(name string) (astiav.CodecID, bool) {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	d := C.avcodec_descriptor_get_by_name(n)
	if d == nil {
		return astiav.CodecIDNone, false
	}
	return astiav.CodecID(d.id), true
}

// SetEncoderColor sets all the tags of colour of an encoder at once. Go-astiav lacks the chroma location.
func SetEncoderColor(cc *astiav.CodecContext, c Color) {
	av := avcodec(cc)
	av.colorspace = C.enum_AVColorSpace(c.Space)
	av.color_range = C.enum_AVColorRange(c.Range)
	av.color_primaries = C.enum_AVColorPrimaries(c.Primaries)
	av.color_trc = C.enum_AVColorTransferCharacteristic(c.Transfer)
	av.chroma_sample_location = C.enum_AVChromaLocation(c.Location)
}

// KeepFrameDurations lets durations pass through an encoder; without it the last packet of pictures has none, and that of sound says nothing of its
// padding. Go-astiav lacks the flag.
func KeepFrameDurations(cc *astiav.CodecContext) { avcodec(cc).flags |= C.AV_CODEC_FLAG_FRAME_DURATION }

// InitialPadding returns how many samples an audio encoder puts before the first. Go-astiav has no access to it.
func InitialPadding(cc *astiav.CodecContext) int { return int(avcodec(cc).initial_padding) }

// Reordering returns by how many pictures a video encoder decodes ahead of what is shown. Go-astiav has no access to it.
func Reordering(cc *astiav.CodecContext) int { return int(avcodec(cc).has_b_frames) }

// OpenEncoder returns the name of an encoder that is open, "" of one that is not. Go-astiav does not tell.
func OpenEncoder(cc *astiav.CodecContext) string {
	av := avcodec(cc)
	if av == nil || C.avcodec_is_open(av) == 0 {
		return ""
	}
	return C.GoString(av.codec.name)
}

// FramesTaken returns how many frames an encoder has been given. Go-astiav does not tell.
func FramesTaken(cc *astiav.CodecContext) int64 { return int64(avcodec(cc).frame_num) }

// ReceivePacket takes the next packet from an encoder, if it has one. Go-astiav makes an error, in fresh memory, of its having none.
func ReceivePacket(cc *astiav.CodecContext, p *astiav.Packet) (ok bool, err error) {
	switch ret := C.avcodec_receive_packet(avcodec(cc), (*C.AVPacket)(cPointer(p))); {
	case ret == again || ret == C.AVERROR_EOF:
		return false, nil
	case ret < 0:
		return false, astiav.Error(ret)
	default:
		return true, nil
	}
}

// again is AVERROR(EAGAIN): it is to be given more first.
const again = -C.int(syscall.EAGAIN)

// PixelFormatInfo is the shape of a pixel format. Go-astiav shows its flags only.
type PixelFormatInfo struct {
	Planes                            int
	Log2ChromaWidth, Log2ChromaHeight int
	RGB                               bool // also XYZ, and a palette of RGB: of full range, and without a matrix
	Gray                              bool // no colour at all
	XYZ                               bool
	Mosaic                            bool   // of a sensor: each pixel has one colour, and takes the others from its neighbours
	Palette                           bool   // the second plane holds 256 colours, B G R A
	Alpha                             bool   // of each pixel, or of each colour of a palette
	Hardware                          bool   // in the memory of a device
	Whole                             bool   // every pixel has bytes of its own, and stands for its colour: no bits, no pairs, no mosaic
	Bits                              int    // of a component
	Bytes                             [4]int // per pixel (of its plane); 0: a plane of bits, or none
}

// DescribePixelFormat returns the shape of a pixel format.
func DescribePixelFormat(f astiav.PixelFormat) PixelFormatInfo {
	d := C.av_pix_fmt_desc_get(C.enum_AVPixelFormat(f))
	if d == nil {
		return PixelFormatInfo{}
	}
	info := PixelFormatInfo{
		Planes:          int(C.av_pix_fmt_count_planes(C.enum_AVPixelFormat(f))),
		Log2ChromaWidth: int(d.log2_chroma_w), Log2ChromaHeight: int(d.log2_chroma_h),
		RGB:     d.flags&(C.AV_PIX_FMT_FLAG_RGB|C.AV_PIX_FMT_FLAG_XYZ|C.AV_PIX_FMT_FLAG_PAL) != 0,
		XYZ:     d.flags&C.AV_PIX_FMT_FLAG_XYZ != 0,
		Bits:    int(d.comp[0].depth),
		Palette: d.flags&C.AV_PIX_FMT_FLAG_PAL != 0,
		Mosaic:  d.flags&C.AV_PIX_FMT_FLAG_BAYER != 0,
		Alpha:   d.flags&C.AV_PIX_FMT_FLAG_ALPHA != 0, Hardware: d.flags&C.AV_PIX_FMT_FLAG_HWACCEL != 0,
	}
	colours := int(d.nb_components)
	if d.flags&C.AV_PIX_FMT_FLAG_ALPHA != 0 {
		colours--
	}
	info.Gray = colours == 1 && !info.Palette
	pairs := info.Planes == 1 && info.Log2ChromaWidth+info.Log2ChromaHeight > 0
	info.Whole = !pairs && d.flags&(C.AV_PIX_FMT_FLAG_BITSTREAM|C.AV_PIX_FMT_FLAG_BAYER) == 0
	if d.flags&C.AV_PIX_FMT_FLAG_BITSTREAM == 0 {
		for i := range int(d.nb_components) {
			c := d.comp[i]
			info.Bytes[c.plane] = max(info.Bytes[c.plane], int(c.step))
		}
	}
	return info
}

func avcodec(cc *astiav.CodecContext) *C.AVCodecContext {
	return (*C.AVCodecContext)(cc.UnsafePointer())
}

func findEncoder(name string) *C.AVCodec {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	return C.avcodec_find_encoder_by_name(n)
}

// PixelFormats lists the names of the pixel formats that the filter lets through.
func PixelFormats(filter func(astiav.PixelFormat) bool) []string {
	var names []string
	for d := C.av_pix_fmt_desc_next(nil); d != nil; d = C.av_pix_fmt_desc_next(d) {
		if filter(astiav.PixelFormat(C.av_pix_fmt_desc_get_id(d))) {
			names = append(names, C.GoString(d.name))
		}
	}
	return names
}

// DropExtraData takes the codec's header out of what a container is told of a stream. Go-astiav can only put another one there.
func DropExtraData(p *astiav.CodecParameters) {
	av := (*C.AVCodecParameters)(cPointer(p))
	C.av_freep(unsafe.Pointer(&av.extradata))
	av.extradata_size = 0
}

// NewExtraData returns a copy of the header of its codec that a packet brings; nil: it brings none. Go-astiav lists no such side
// data.
func NewExtraData(p *astiav.Packet) []byte {
	var size C.size_t
	data := C.av_packet_get_side_data((*C.AVPacket)(cPointer(p)), C.AV_PKT_DATA_NEW_EXTRADATA, &size)
	if data == nil {
		return nil
	}
	return C.GoBytes(unsafe.Pointer(data), C.int(size))
}
