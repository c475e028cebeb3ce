package muxer

import (
	"sync/atomic"

	"github.com/avloom/avloom/pipeline"
)

// numbered is a packet, and the number of its part.
type numbered struct {
	pipeline.Packet
	part int64
	size int // in bytes
}

// backlog holds the packets of parts that cannot be opened yet, because too many others are open.
// They are those of streams that are far ahead of another stream.
type backlog struct {
	streams [][]numbered // by stream, in their order
	bytes   int
	held    []atomic.Int64 // by stream: how many packets there are. Any goroutine may read that.
}

func newBacklog(streams int) backlog {
	return backlog{streams: make([][]numbered, streams), held: make([]atomic.Int64, streams)}
}

// has says whether there are packets of a stream.
func (b *backlog) has(stream int) bool { return len(b.streams[stream]) > 0 }

// first returns the first packet of a stream.
func (b *backlog) first(stream int) numbered { return b.streams[stream][0] }

// add takes over a packet.
func (b *backlog) add(stream int, n numbered) {
	b.streams[stream] = append(b.streams[stream], n)
	b.bytes += n.size
	b.held[stream].Add(1)
}

// drop removes the first packet of a stream, which somebody else owns.
func (b *backlog) drop(stream int) {
	q := b.streams[stream]
	b.bytes -= q[0].size
	q[0] = numbered{}
	b.streams[stream] = q[1:]
	b.held[stream].Add(-1)
}

// renumber counts the parts of a stream from another one on.
func (b *backlog) renumber(stream int, first int64) {
	for i := range b.streams[stream] {
		b.streams[stream][i].part -= first
	}
}

// lowest returns the stream whose first packet belongs to the earliest part; -1: there is no
// packet.
func (b *backlog) lowest() (stream int) {
	stream = -1
	for i, q := range b.streams {
		if len(q) > 0 && (stream < 0 || q[0].part < b.streams[stream][0].part) {
			stream = i
		}
	}
	return stream
}

// free frees all packets.
func (b *backlog) free() {
	for i := range b.streams {
		for b.has(i) {
			b.first(i).Free()
			b.drop(i)
		}
	}
}
