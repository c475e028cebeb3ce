package astiavx

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// NewFrame allocates a frame without a buffer. It exists, with FreeFrame, so that frames can be counted.
func NewFrame() *astiav.Frame {
	live.New("frame")
	return astiav.AllocFrame()
}

// FreeFrame frees a frame from NewFrame; nil is fine.
func FreeFrame(f *astiav.Frame) {
	if f != nil {
		live.Freed("frame")
		f.Free()
	}
}

// LoseFrame says that a frame from NewFrame will never be freed, because somebody may still refer to
// its memory.
func LoseFrame() { live.Lost("frame") }

// NewPacket allocates a packet without data. It exists, with FreePacket, so that packets can be counted.
func NewPacket() *astiav.Packet {
	live.New("packet")
	return astiav.AllocPacket()
}

// FreePacket frees a packet from NewPacket; nil is fine.
func FreePacket(p *astiav.Packet) {
	if p != nil {
		live.Freed("packet")
		p.Free()
	}
}
