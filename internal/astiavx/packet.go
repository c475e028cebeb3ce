package astiavx

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
