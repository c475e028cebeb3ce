package muxer

import (
	"math/bits"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// mostHeldBytes is how much the interleaver holds over all streams while it waits for one. It bounds the memory of an
// encoder one of whose streams is never fed.
const mostHeldBytes = 64 << 20

// interleaver gives packets out in the order of their decoding times over all streams. It holds them until each stream that
// it awaits has one, or until it holds too much. What it does for a packet does not depend on the number of streams, but for
// the logarithm that the heap takes.
type interleaver struct {
	tracks  []track
	queues  []queue
	heads   heads // of the queues that are not empty
	awaited int   // queues that are empty and that packets of other streams wait for
	bytes   int
}

// queue holds the packets of one stream, in an array that is used again and again.
type queue struct {
	array  []pipeline.Packet
	head   int // of the array; what lies before has been given out
	ended  bool
	silent bool // nobody waits for it
}

func (q *queue) empty() bool            { return q.head == len(q.array) }
func (q *queue) first() pipeline.Packet { return q.array[q.head] }
func (q *queue) awaited() bool          { return q.empty() && !q.ended && !q.silent }

func (q *queue) push(p pipeline.Packet) {
	if len(q.array) == cap(q.array) && q.head > len(q.array)/2 { // rather than growing
		n := copy(q.array, q.array[q.head:])
		clear(q.array[n:])
		q.array, q.head = q.array[:n], 0
	}
	q.array = append(q.array, p)
}

func (q *queue) pop() pipeline.Packet {
	p := q.array[q.head]
	q.array[q.head] = pipeline.Packet{}
	if q.head++; q.empty() {
		q.array, q.head = q.array[:0], 0
	}
	return p
}

func newInterleaver(tracks []track) *interleaver {
	i := &interleaver{tracks: tracks, queues: make([]queue, len(tracks)), awaited: len(tracks)}
	i.heads.of = i
	return i
}

// push takes over a packet whose times are in the container's time base.
func (i *interleaver) push(stream int, p pipeline.Packet) {
	q := &i.queues[stream]
	was, isHead := q.awaited(), q.empty()
	q.push(p)
	q.silent = false
	i.recount(was, q.awaited())
	if isHead {
		i.heads.add(stream)
	}
	i.bytes += p.Size()
}

// end says that nothing more comes from this stream.
func (i *interleaver) end(stream int) {
	q := &i.queues[stream]
	was := q.awaited()
	q.ended = true
	i.recount(was, q.awaited())
}

// setSilent says whether packets of other streams do not wait for this one.
func (i *interleaver) setSilent(stream int, silent bool) {
	q := &i.queues[stream]
	was := q.awaited()
	q.silent = silent
	i.recount(was, q.awaited())
}

// recount keeps the number of queues that are awaited after one of them changed.
func (i *interleaver) recount(was, is bool) {
	switch {
	case was && !is:
		i.awaited--
	case is && !was:
		i.awaited++
	}
}

func (i *interleaver) hasEnded(stream int) bool { return i.queues[stream].ended }

// expects says whether a packet is held, or waited for.
func (i *interleaver) expects() bool { return i.awaited > 0 || !i.empty() }

// empty says whether nothing is held.
func (i *interleaver) empty() bool { return len(i.heads.streams) == 0 }

// awaits says whether packets of other streams would wait for this one.
func (i *interleaver) awaits(stream int) bool { return i.queues[stream].awaited() }

// next gives the packet that is due, if one is.
func (i *interleaver) next() (pipeline.Packet, bool) {
	if i.awaited > 0 && i.bytes <= mostHeldBytes {
		return pipeline.Packet{}, false
	}
	return i.earliest()
}

// earliest gives the earliest packet that is held, due or not.
func (i *interleaver) earliest() (pipeline.Packet, bool) {
	if i.empty() {
		return pipeline.Packet{}, false
	}
	stream := i.heads.streams[0]
	q := &i.queues[stream]
	p := q.pop()
	i.bytes -= p.Size()
	if i.heads.settle(); q.awaited() {
		i.awaited++
	}
	return p, true
}

func (i *interleaver) free() {
	for p, ok := i.earliest(); ok; p, ok = i.earliest() {
		p.Free()
	}
}

// earlier compares two times exactly: a·(an/ad) < b·(bn/bd), which is a·an·bd < b·bn·ad.
func earlier(a int64, aBase astiav.Rational, b int64, bBase astiav.Rational) bool {
	if a < 0 != (b < 0) {
		return a < 0
	}
	ahi, alo := bits.Mul64(magnitude(a), uint64(aBase.Num())*uint64(bBase.Den()))
	bhi, blo := bits.Mul64(magnitude(b), uint64(bBase.Num())*uint64(aBase.Den()))
	less := ahi < bhi || ahi == bhi && alo < blo
	if a < 0 {
		return bhi < ahi || ahi == bhi && blo < alo
	}
	return less
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}
