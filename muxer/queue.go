package muxer

import "github.com/avloom/avloom/pipeline"

// queue holds the packets of one stream, in an array that is used again.
type queue struct {
	array  []pipeline.Packet
	head   int  // the first packet; those before it have been given out
	ended  bool // no packet comes any more
	silent bool // packets of other streams do not wait for this stream
	sparse bool // they never do
}

func (q *queue) empty() bool            { return q.head == len(q.array) }
func (q *queue) first() pipeline.Packet { return q.array[q.head] }

// awaited says whether packets of other streams wait for this stream.
func (q *queue) awaited() bool { return q.empty() && !q.ended && !q.silent && !q.sparse }

// push adds a packet. It moves the packets to the front of the array rather than growing it.
func (q *queue) push(p pipeline.Packet) {
	if len(q.array) == cap(q.array) && q.head > len(q.array)/2 {
		n := copy(q.array, q.array[q.head:])
		clear(q.array[n:])
		q.array, q.head = q.array[:n], 0
	}
	q.array = append(q.array, p)
}

// pop takes the first packet.
func (q *queue) pop() pipeline.Packet {
	p := q.array[q.head]
	q.array[q.head] = pipeline.Packet{}
	q.head++
	if q.empty() {
		q.array, q.head = q.array[:0], 0
	}
	return p
}
