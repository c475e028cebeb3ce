package muxer

import (
	"bytes"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// headerInserter puts the header of a stream back in front of its key frames, for a container that
// has no place for it (container.NeedsHeadersInBand).
type headerInserter struct {
	codec  astiav.CodecID
	header []byte
}

// newHeaderInserter takes the header out of the description that the container has of the stream.
func newHeaderInserter(stream *astiav.Stream) *headerInserter {
	p := stream.CodecParameters()
	h := &headerInserter{p.CodecID(), bytes.Clone(p.ExtraData())}
	astiavx.DropExtraData(p)
	return h
}

// insert puts the header in front of a packet that needs it. A delimiter is the first thing in an
// access unit, and stays it, or becomes it: FFmpeg's libx264 puts what it says about itself in
// front of the first one.
func (h *headerInserter) insert(p pipeline.Packet) error {
	if !p.Flags().Has(astiav.PacketFlagKey) {
		return nil
	}
	data := astiavx.PacketBytes(p.Packet)
	begin, end := h.delimiter(data)
	if bytes.HasPrefix(data[end:], h.header) { // the caller has asked the encoder for that
		return nil
	}
	err := astiavx.RewritePacket(p.Packet, data[begin:end], h.header, data[:begin], data[end:])
	if err != nil {
		return fmt.Errorf("put the header into the stream: %w", err)
	}
	return nil
}

// unitKind is what a NAL unit holds.
type unitKind int

const (
	otherUnit     unitKind = iota
	messageUnit            // supplemental enhancement information, which may stand in front of a picture
	delimiterUnit          // of access units
)

// The kinds of NAL units by their types (ITU-T H.264, table 7-1; ITU-T H.265, table 7-1).
var (
	h264Units = map[byte]unitKind{6: messageUnit, 9: delimiterUnit}
	hevcUnits = map[byte]unitKind{39: messageUnit, 35: delimiterUnit}
)

// delimiter returns where the access unit delimiter lies in the data of a packet: among what comes
// before the picture. If begin is end, there is none.
func (h *headerInserter) delimiter(data []byte) (begin, end int) {
	for begin < len(data) {
		kind, next := h.unit(data, begin)
		switch kind {
		case messageUnit:
			begin = next
		case delimiterUnit:
			return begin, next
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// unit returns the kind of the NAL unit that begins with a start code at an offset, and the offset
// of the next one.
func (h *headerInserter) unit(data []byte, at int) (kind unitKind, next int) {
	start := bytes.Index(data[at:], []byte{0, 0, 1})
	if start < 0 || start > 1 || at+start+3 >= len(data) {
		return otherUnit, len(data)
	}
	body := at + start + 3
	switch h.codec {
	case astiav.CodecIDH264:
		kind = h264Units[data[body]&0x1f]
	case astiav.CodecIDHevc:
		kind = hevcUnits[data[body]>>1&0x3f]
	default:
		return otherUnit, len(data)
	}
	next = len(data)
	if i := bytes.Index(data[body:], []byte{0, 0, 1}); i >= 0 {
		next = body + i
		if data[next-1] == 0 { // a start code of four bytes
			next--
		}
	}
	return kind, next
}
