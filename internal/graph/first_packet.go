package graph

import (
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// firstPacket returns the first packet of a second encoder that has the same settings. The caller
// frees the packet.
func firstPacket(o *codec.Opener) (pipeline.Packet, error) {
	other, err := o.OpenSecond()
	if err != nil {
		return pipeline.Packet{}, err
	}
	defer nodes.FreeCodecContext(other)
	return nodes.FirstPacket(other)
}
