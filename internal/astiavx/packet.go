package astiavx

//#include <libavcodec/packet.h>
import "C"

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// NewPacket allocates a packet without data. Go-astiav's AllocPacket does not count it in package
// live.
func NewPacket() *astiav.Packet {
	live.New("packet")
	return astiav.AllocPacket()
}

// FreePacket frees a packet from NewPacket. A nil packet is ignored.
func FreePacket(p *astiav.Packet) {
	if p != nil {
		live.Freed("packet")
		p.Free()
	}
}

// DropNewExtraData removes the header that a packet carries as side data. Go-astiav does not bind
// AV_PKT_DATA_NEW_EXTRADATA.
func DropNewExtraData(p *astiav.Packet) {
	av := (*C.AVPacket)(cPointer(p))
	C.av_packet_side_data_remove(av.side_data, &av.side_data_elems, C.AV_PKT_DATA_NEW_EXTRADATA)
}
