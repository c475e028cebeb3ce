package muxer

import "github.com/avloom/avloom/pipeline"

// mostCollected is how much FFmpeg collects of a packet that is larger than its buffer.
const mostCollected = 512 << 10

// writeFrame gives FFmpeg a packet. Of a large one, as those of raw video are, FFmpeg collects more than otherwise before it
// calls the writer, since a call of the user's own writer can take longer than the copy of what it is given. What is left
// of the packet then is held back no longer than what is left of a small one.
func (m *Mux) writeFrame(p pipeline.Packet) error {
	if p.Size() <= ioBufferSize || m.dst.connection != nil { // which decides itself how much it takes
		return m.format.WriteFrame(p.Packet)
	}
	m.io.Collect(mostCollected)
	defer m.io.Collect(ioBufferSize)
	return m.format.WriteFrame(p.Packet)
}
