package muxer

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// inBand puts the header of a stream back in front of its key frames: an encoder that also serves a container with global headers has left it out,
// and this container has no place for it.
type inBand struct {
	filter *astiav.BitStreamFilterContext
}

// newInBand takes the header from what the container is told of the stream.
func newInBand(stream *astiav.Stream, base astiav.Rational) (*inBand, error) {
	filter, err := astiav.AllocBitStreamFilterContext(astiav.FindBitStreamFilterByName("dump_extra"))
	if err != nil {
		return nil, fmt.Errorf("put headers into the stream: %w", err)
	}
	live.New("bitstream filter")
	b := &inBand{filter}
	filter.SetInputTimeBase(base)
	if err := stream.CodecParameters().Copy(filter.InputCodecParameters()); err != nil {
		b.free()
		return nil, fmt.Errorf("put headers into the stream: %w", err)
	}
	if err := filter.Initialize(); err != nil {
		b.free()
		return nil, fmt.Errorf("put headers into the stream: %w", err)
	}
	astiavx.DropExtraData(stream.CodecParameters())
	return b, nil
}

// apply changes a packet.
func (b *inBand) apply(p pipeline.Packet) error {
	if err := b.filter.SendPacket(p.Packet); err != nil {
		return fmt.Errorf("put headers into the stream: %w", err)
	}
	if err := b.filter.ReceivePacket(p.Packet); err != nil {
		return fmt.Errorf("put headers into the stream: %w", err)
	}
	return nil
}

func (b *inBand) free() {
	live.Freed("bitstream filter")
	b.filter.Free()
}
