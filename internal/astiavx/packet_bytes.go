package astiavx

//#include <libavcodec/packet.h>
//
//static int avloom_take_data(AVPacket *packet, AVPacket *from) {
//	int ret = av_packet_copy_props(from, packet);
//	if (ret >= 0) {
//		av_packet_unref(packet);
//		av_packet_move_ref(packet, from);
//	}
//	return ret;
//}
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// PacketBytes returns the data of a packet, which is valid until the packet is changed or freed.
// Go-astiav returns a copy.
func PacketBytes(p *astiav.Packet) []byte { return packetBytes((*C.AVPacket)(cPointer(p))) }

func packetBytes(av *C.AVPacket) []byte { return unsafe.Slice((*byte)(av.data), int(av.size)) }

// RewritePacket gives a packet the parts as its data, one after another. They may be parts of what
// PacketBytes returns. Times, flags and side data stay, and so do other references to the data.
// Go-astiav's FromData forgets them.
func RewritePacket(p *astiav.Packet, parts ...[]byte) error {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	other := NewPacket()
	defer FreePacket(other)
	to := (*C.AVPacket)(cPointer(other))
	if err := asError(C.av_new_packet(to, C.int(size))); err != nil {
		return err
	}
	rest := packetBytes(to)
	for _, part := range parts {
		rest = rest[copy(rest, part):]
	}
	return asError(C.avloom_take_data((*C.AVPacket)(cPointer(p)), to))
}
