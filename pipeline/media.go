package pipeline

import (
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
)

// Orders are what the program asks of the encoder with a picture.
type Orders struct {
	Key     bool  // make the picture a key frame
	BitRate int64 // the bit rate from this picture on, in bits per second; 0: as before
}

// Then returns the orders of a picture before which a picture with the orders o was left out.
func (o Orders) Then(next Orders) Orders {
	next.Key = next.Key || o.Key
	if next.BitRate == 0 {
		next.BitRate = o.BitRate
	}
	return next
}

// Frame is one picture in C memory. Its holder frees it, or sends it on.
type Frame struct {
	*astiav.Frame
	Orders   Orders
	Accepted time.Time     // when the program's call handed the picture over
	home     *shelf.Frames // where it goes when it is freed; nil: nowhere
}

// Samples is a block of sound in C memory. Its holder frees it, or sends it on.
type Samples struct {
	*astiav.Frame
	Accepted time.Time // when the program's call handed the last sample over
	home     *shelf.Frames
}

// Packet is a piece of an encoded stream, its times in the encoder's time base. Its holder frees
// it, or sends it on.
type Packet struct {
	*astiav.Packet
	Accepted time.Time // when the program's call handed over what is in it; zero: not known
	Given    time.Time // when the encoder was given that; zero: not known
	home     *shelf.Packets
}

// NewFrame allocates a Frame without a buffer.
func NewFrame() Frame { return Frame{Frame: astiavx.NewFrame()} }

// FrameFrom takes a Frame without a buffer from a shelf, to which it returns when it is freed.
func FrameFrom(from *shelf.Frames) Frame { return Frame{Frame: from.Get(), home: from} }

// NewSamples allocates Samples without a buffer.
func NewSamples() Samples { return Samples{Frame: astiavx.NewFrame()} }

// SamplesFrom takes Samples without a buffer from a shelf, to which they return when they are
// freed.
func SamplesFrom(from *shelf.Frames) Samples { return Samples{Frame: from.Get(), home: from} }

// NewPacket allocates a Packet without data.
func NewPacket() Packet { return Packet{Packet: astiavx.NewPacket()} }

// PacketFrom takes a Packet without data from a shelf, to which it returns when it is freed.
func PacketFrom(from *shelf.Packets) Packet { return Packet{Packet: from.Get(), home: from} }

// Ref returns another Frame with the same pixels, separate times and no orders. The pixels are not
// copied.
func (f Frame) Ref() (Frame, error) {
	ref := Frame{Accepted: f.Accepted, home: f.home}
	if f.home != nil {
		ref.Frame = f.home.Get()
	} else {
		ref.Frame = astiavx.NewFrame()
	}
	if err := ref.Frame.Ref(f.Frame); err != nil {
		ref.Free()
		return Frame{}, fmt.Errorf("repeat a picture: %w", err)
	}
	return ref, nil
}

// Ref returns another Packet with the same data and separate times. The data is not copied.
func (p Packet) Ref() (Packet, error) {
	ref := Packet{Accepted: p.Accepted, Given: p.Given, home: p.home}
	if p.home != nil {
		ref.Packet = p.home.Get()
	} else {
		ref.Packet = astiavx.NewPacket()
	}
	if err := ref.Packet.Ref(p.Packet); err != nil {
		ref.Free()
		return Packet{}, fmt.Errorf("share a packet: %w", err)
	}
	return ref, nil
}

// AV returns the frame itself, for code that serves both pictures and sound.
func (f Frame) AV() *astiav.Frame { return f.Frame }

// AV returns the frame itself, for code that serves both pictures and sound.
func (s Samples) AV() *astiav.Frame { return s.Frame }

// AcceptedAt returns the field Accepted, for code that serves both pictures and sound.
func (f Frame) AcceptedAt() time.Time { return f.Accepted }

// AcceptedAt returns the field Accepted, for code that serves both pictures and sound.
func (s Samples) AcceptedAt() time.Time { return s.Accepted }

// Asked returns the field Orders, for code that serves both pictures and sound.
func (f Frame) Asked() Orders { return f.Orders }

// Asked returns no orders, for code that serves both pictures and sound.
func (s Samples) Asked() Orders { return Orders{} }

// Free frees the frame and what it refers to.
func (f Frame) Free() {
	if f.home != nil {
		f.home.Put(f.Frame)
		return
	}
	astiavx.FreeFrame(f.Frame)
}

// Free frees the samples and what they refer to.
func (s Samples) Free() {
	if s.home != nil {
		s.home.Put(s.Frame)
		return
	}
	astiavx.FreeFrame(s.Frame)
}

// Free frees the packet and what it refers to.
func (p Packet) Free() {
	if p.home != nil {
		p.home.Put(p.Packet)
		return
	}
	astiavx.FreePacket(p.Packet)
}
