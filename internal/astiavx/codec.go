package astiavx

//#include <libavcodec/codec_desc.h>
//#include <libavcodec/packet.h>
//#include <libavcodec/codec_par.h>
//#include <libavutil/mem.h>
//#include <stdlib.h>
import "C"

import (
	"errors"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// CodecID returns the id of the codec of this name, "h264" for instance. Go-astiav turns ids into
// names only.
func CodecID(name string) (astiav.CodecID, bool) {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	d := C.avcodec_descriptor_get_by_name(n)
	if d == nil {
		return astiav.CodecIDNone, false
	}
	return astiav.CodecID(d.id), true
}

// NeverLossy returns true if a decoder always restores exactly what was given to an encoder of this
// codec. Go-astiav has no access to the properties of a codec.
func NeverLossy(id astiav.CodecID) bool {
	d := C.avcodec_descriptor_get(C.enum_AVCodecID(id))
	return d != nil && d.props&(C.AV_CODEC_PROP_LOSSY|C.AV_CODEC_PROP_LOSSLESS) == C.AV_CODEC_PROP_LOSSLESS
}

// IntraOnly returns true if every frame of the codec is a key frame. Go-astiav has no access to the
// properties of a codec.
func IntraOnly(id astiav.CodecID) bool {
	d := C.avcodec_descriptor_get(C.enum_AVCodecID(id))
	return d != nil && d.props&C.AV_CODEC_PROP_INTRA_ONLY != 0
}

// InitialPadding returns how many samples the encoder has inserted before the first one of the
// stream. Go-astiav has no access to it.
func InitialPadding(p *astiav.CodecParameters) int {
	return int((*C.AVCodecParameters)(cPointer(p)).initial_padding)
}

// SetInitialPadding sets what InitialPadding returns.
func SetInitialPadding(p *astiav.CodecParameters, samples int) {
	(*C.AVCodecParameters)(cPointer(p)).initial_padding = C.int(samples)
}

// DropExtraData removes the codec's header from the parameters of a stream. Go-astiav's
// SetExtraData ignores an empty header.
func DropExtraData(p *astiav.CodecParameters) {
	av := (*C.AVCodecParameters)(cPointer(p))
	C.av_freep(unsafe.Pointer(&av.extradata))
	av.extradata_size = 0
}

// NewExtraData returns a copy of the codec's header that a packet carries as side data; nil if it
// carries none. Go-astiav does not bind AV_PKT_DATA_NEW_EXTRADATA.
func NewExtraData(p *astiav.Packet) []byte {
	var size C.size_t
	data := C.av_packet_get_side_data((*C.AVPacket)(cPointer(p)), C.AV_PKT_DATA_NEW_EXTRADATA, &size)
	if data == nil {
		return nil
	}
	return C.GoBytes(unsafe.Pointer(data), C.int(size))
}

// SetNewExtraData makes a packet carry a codec's header as side data.
func SetNewExtraData(p *astiav.Packet, header []byte) error {
	data := C.av_packet_new_side_data((*C.AVPacket)(cPointer(p)), C.AV_PKT_DATA_NEW_EXTRADATA, C.size_t(len(header)))
	if data == nil {
		return errors.New("add a header to a packet: out of memory")
	}
	copy(unsafe.Slice((*byte)(data), len(header)), header)
	return nil
}
