package astiavx

//#include <libavcodec/packet.h>
import "C"

import (
	"errors"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// SideData is a piece of side data of a packet. Type is FFmpeg's number of its type.
type SideData struct {
	Type uint32
	Data []byte
}

// IsNewHeader says whether this is a codec's header that takes effect with the packet.
func (d SideData) IsNewHeader() bool { return d.Type == C.AV_PKT_DATA_NEW_EXTRADATA }

// PacketSideData returns all side data of a packet, in memory of the packet, which is valid until
// the packet is changed or freed. Go-astiav knows some types only, and copies.
func PacketSideData(p *astiav.Packet) []SideData {
	av := (*C.AVPacket)(cPointer(p))
	if av.side_data_elems == 0 {
		return nil
	}
	var all []SideData
	for _, d := range unsafe.Slice(av.side_data, int(av.side_data_elems)) {
		all = append(all, SideData{uint32(d._type), unsafe.Slice((*byte)(d.data), int(d.size))})
	}
	return all
}

// AddPacketSideData adds side data of a type to a packet, and returns its memory, which is yet to
// be filled.
func AddPacketSideData(p *astiav.Packet, kind uint32, size int) ([]byte, error) {
	data := C.av_packet_new_side_data(
		(*C.AVPacket)(cPointer(p)), C.enum_AVPacketSideDataType(kind), C.size_t(size),
	)
	if data == nil {
		return nil, errors.New("add side data to a packet: out of memory")
	}
	return unsafe.Slice((*byte)(data), size), nil
}
