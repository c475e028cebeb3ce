package pipeline

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Frame is one picture in C memory. Whoever holds it frees it, or sends it on.
type Frame struct{ *astiav.Frame }

// Samples is a block of sound in C memory. Whoever holds it frees it, or sends it on.
type Samples struct{ *astiav.Frame }

// Packet is a piece of an encoded stream, its times in the encoder's time base. Whoever holds it frees it, or sends it on.
type Packet struct{ *astiav.Packet }

// NewFrame allocates a Frame without a buffer.
func NewFrame() Frame { return Frame{astiavx.NewFrame()} }

// NewSamples allocates Samples without a buffer.
func NewSamples() Samples { return Samples{astiavx.NewFrame()} }

// NewPacket allocates a Packet without data.
func NewPacket() Packet { return Packet{astiavx.NewPacket()} }

// AV returns the frame itself, for code that serves both pictures and sound.
func (f Frame) AV() *astiav.Frame { return f.Frame }

// AV returns the frame itself, for code that serves both pictures and sound.
func (s Samples) AV() *astiav.Frame { return s.Frame }

// Free frees the frame and what it refers to.
func (f Frame) Free() { astiavx.FreeFrame(f.Frame) }

// Free frees the samples and what they refer to.
func (s Samples) Free() { astiavx.FreeFrame(s.Frame) }

// Free frees the packet and what it refers to.
func (p Packet) Free() { astiavx.FreePacket(p.Packet) }
