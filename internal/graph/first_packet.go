package graph

import (
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/muxer"
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

// lateHeader returns the header of an encoder that tells it with the first packet alone; nil: it
// tells it earlier, or has none. That is libaom. A second encoder with the same settings encodes a
// picture to get it.
func lateHeader(o *codec.Opener) ([]byte, error) {
	if o.Codec.Name() != "libaom-av1" {
		return nil, nil
	}
	packet, err := firstPacket(o)
	if err != nil {
		return nil, err
	}
	defer packet.Free()
	return astiavx.NewExtraData(packet.Packet), nil
}

// learn finds the header of the encoder, for an output that joins later and does not get the first
// packet.
func (e *videoEncoder) learn(s *muxer.Stream, _ string) error {
	if len(s.Codec.Parameters.ExtraData()) > 0 {
		return nil
	}
	header, err := lateHeader(&e.opener)
	if err != nil || header == nil {
		return err
	}
	codec, err := s.Codec.WithHeader(header)
	if err != nil {
		return err
	}
	s.Codec.Free()
	s.Codec = codec
	return nil
}
