package muxer

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// headerInserter puts the header of a stream back in front of its key frames, for a container that
// has no place for it (container.NeedsHeadersInBand).
type headerInserter struct {
	filter *astiav.BitStreamFilterContext
}

// newHeaderInserter takes the header out of the description that the container has of the stream.
func newHeaderInserter(stream *astiav.Stream, base astiav.Rational) (*headerInserter, error) {
	filter, err := astiav.AllocBitStreamFilterContext(astiav.FindBitStreamFilterByName("dump_extra"))
	if err != nil {
		return nil, explainInsertion(err)
	}
	live.New("bitstream filter")
	h := &headerInserter{filter}
	filter.SetInputTimeBase(base)
	err = stream.CodecParameters().Copy(filter.InputCodecParameters())
	if err == nil {
		err = filter.Initialize()
	}
	if err != nil {
		h.free()
		return nil, explainInsertion(err)
	}
	astiavx.DropExtraData(stream.CodecParameters())
	return h, nil
}

// insert puts the header in front of a packet that needs it.
func (h *headerInserter) insert(p pipeline.Packet) error {
	err := h.filter.SendPacket(p.Packet)
	if err == nil {
		err = h.filter.ReceivePacket(p.Packet)
	}
	return explainInsertion(err)
}

// free frees the filter.
func (h *headerInserter) free() {
	live.Freed("bitstream filter")
	h.filter.Free()
}

func explainInsertion(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("put the header into the stream: %w", err)
}
