package muxer

import (
	"math/bits"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// How much the interleaver holds while a stream that has not ended sends nothing.
const (
	mostHeldSeconds = 10       // between the earliest and the latest packet
	mostHeldBytes   = 64 << 20 // over all streams
)

// interleaver gives packets out in the order of their decoding times over all streams. It holds them until each stream that it
// waits for has one, or until it holds too much.
type interleaver struct {
	tracks []track
	queues []queue
	bytes  int
	latest float64 // the latest decoding time seen, in seconds
}

// queue holds the packets of one stream, in an array that is used again and again.
type queue struct {
	array  []held
	head   int // of the array; what lies before has been given out
	ended  bool
	silent bool // nobody waits for it until it sends again
}

// held is a packet that waits.
type held struct {
	pipeline.Packet
	since time.Time // zero where nobody asks
}

func (q *queue) empty() bool  { return q.head == len(q.array) }
func (q *queue) first() held  { return q.array[q.head] }
func (q *queue) waited() bool { return q.empty() && !q.ended && !q.silent }

func (q *queue) push(p held) {
	if len(q.array) == cap(q.array) && q.head > len(q.array)/2 { // rather than growing
		n := copy(q.array, q.array[q.head:])
		clear(q.array[n:])
		q.array, q.head = q.array[:n], 0
	}
	q.array = append(q.array, p)
}

func (q *queue) pop() pipeline.Packet {
	p := q.array[q.head].Packet
	q.array[q.head] = held{}
	if q.head++; q.empty() {
		q.array, q.head = q.array[:0], 0
	}
	return p
}

func newInterleaver(tracks []track) *interleaver {
	return &interleaver{tracks: tracks, queues: make([]queue, len(tracks))}
}

// push takes a packet, with times in the container's time base, over. It came now; zero if nobody will ask.
func (i *interleaver) push(stream int, p pipeline.Packet, now time.Time) {
	i.queues[stream].push(held{p, now})
	i.queues[stream].silent = false
	i.bytes += p.Size()
	i.latest = max(i.latest, i.seconds(stream, p))
}

// end says that nothing more comes from this stream.
func (i *interleaver) end(stream int) { i.queues[stream].ended = true }

func (i *interleaver) hasEnded(stream int) bool { return i.queues[stream].ended }

// over says whether all streams have ended.
func (i *interleaver) over() bool {
	return !slices.ContainsFunc(i.queues, func(q queue) bool { return !q.ended })
}

// waitsFor says whether packets of other streams would wait for this one.
func (i *interleaver) waitsFor(stream int) bool { return i.queues[stream].waited() }

// waitNoMore says that nobody waits for a stream that has nothing, until it sends again.
func (i *interleaver) waitNoMore() {
	for k := range i.queues {
		q := &i.queues[k]
		q.silent = q.empty()
	}
}

// since says when the packet came that has waited longest; zero: there is none.
func (i *interleaver) since() (since time.Time) {
	for k := range i.queues {
		if q := &i.queues[k]; !q.empty() && (since.IsZero() || q.first().since.Before(since)) {
			since = q.first().since
		}
	}
	return since
}

// next gives the packet that is due, if one is.
func (i *interleaver) next() (pipeline.Packet, bool) {
	stream, ok := i.first()
	if !ok || !i.complete() && !i.full(stream) {
		return pipeline.Packet{}, false
	}
	return i.pop(stream), true
}

// earliest gives the earliest packet that is held, due or not.
func (i *interleaver) earliest() (pipeline.Packet, bool) {
	stream, ok := i.first()
	if !ok {
		return pipeline.Packet{}, false
	}
	return i.pop(stream), true
}

// complete says whether every stream that is waited for has a packet: none earlier can come.
func (i *interleaver) complete() bool {
	for k := range i.queues {
		if i.queues[k].waited() {
			return false
		}
	}
	return true
}

// full says whether more is held than may be, given the stream with the earliest packet.
func (i *interleaver) full(first int) bool {
	return i.bytes > mostHeldBytes || i.latest-i.seconds(first, i.queues[first].first().Packet) > mostHeldSeconds
}

// first returns the stream with the earliest packet; of equals the one that was added first.
func (i *interleaver) first() (stream int, ok bool) {
	stream = -1
	for k := range i.queues {
		if i.queues[k].empty() {
			continue
		}
		if stream < 0 || earlier(i.queues[k].first().Dts(), i.tracks[k].to, i.queues[stream].first().Dts(), i.tracks[stream].to) {
			stream = k
		}
	}
	return stream, stream >= 0
}

func (i *interleaver) pop(stream int) pipeline.Packet {
	p := i.queues[stream].pop()
	i.bytes -= p.Size()
	return p
}

func (i *interleaver) free() {
	for k := range i.queues {
		for q := &i.queues[k]; !q.empty(); {
			q.pop().Free()
		}
	}
}

func (i *interleaver) seconds(stream int, p pipeline.Packet) float64 {
	return float64(p.Dts()) * i.tracks[stream].to.Float64()
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
