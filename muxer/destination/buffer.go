package destination

// How many bytes FFmpeg collects before it calls Write.
const (
	usualBuffer = 64 << 10
	largeBuffer = 512 << 10
)

// BufferSize returns how many bytes FFmpeg collects before it calls Write, while it writes a packet
// of that many bytes (0: any packet).
//
// For a packet that is larger than the usual buffer, as those of raw video are, the buffer is
// larger, since a call of the program's own writer can take longer than the copy of the bytes.
// After the packet the usual size applies again, so that the end of a large packet is not held back
// for longer than that of a small one.
//
// For a connection that sends its bytes in packets, the buffer holds as many whole ones as fit into
// the usual size. A connection does not use the larger buffer.
func (d *Destination) BufferSize(packet int) int {
	switch {
	case d.connection == nil && packet > usualBuffer:
		return largeBuffer
	case d.connection == nil || d.connection.packetSize == 0:
		return usualBuffer
	}
	size := d.connection.packetSize
	return max(usualBuffer/size, 1) * size
}
