package muxer

import (
	"slices"
	"sync/atomic"

	"github.com/avloom/avloom/pipeline"
)

// mostHeldBytes is how many bytes an interleaver holds over all streams while it waits for one of
// them. It bounds the memory of an encoder one of whose streams is never fed.
const mostHeldBytes = 64 << 20

// interleaver gives out packets in the order of their decoding times over all streams. It holds
// them until each stream that it awaits has one, or until it holds too many bytes. Its work for a
// packet does not depend on the number of streams, but for the logarithm that the heap takes.
type interleaver struct {
	tracks  []track
	queues  []queue // by stream
	heads   heads   // of the queues that are not empty
	awaited int     // how many queues packets of other streams wait for
	bytes   int     // in all queues

	// How many packets it holds, in all and by stream. Any goroutine may read that.
	held         atomic.Int64
	heldOfStream []atomic.Int64
}

func newInterleaver(tracks []track) *interleaver {
	i := &interleaver{
		tracks: tracks, queues: make([]queue, len(tracks)), heldOfStream: make([]atomic.Int64, len(tracks)),
	}
	for k := range tracks {
		i.queues[k].sparse = tracks[k].isText()
		i.countAwaited(false, i.queues[k].awaited())
	}
	i.heads.interleaver = i
	return i
}

// push takes over a packet whose times are in the time base of held packets. Its stream is silent
// no more.
func (i *interleaver) push(stream int, p pipeline.Packet) {
	q := &i.queues[stream]
	was, isHead := q.awaited(), q.empty()
	q.push(p)
	q.silent = false
	i.countAwaited(was, q.awaited())
	if isHead {
		i.heads.add(stream)
	}
	i.bytes += p.Size()
	i.countHeld(stream, 1)
}

// end notes that no packet of this stream comes any more.
func (i *interleaver) end(stream int) {
	q := &i.queues[stream]
	was := q.awaited()
	q.ended = true
	i.countAwaited(was, q.awaited())
}

// setSilent says whether packets of other streams need not wait for this stream.
func (i *interleaver) setSilent(stream int, silent bool) {
	q := &i.queues[stream]
	was := q.awaited()
	q.silent = silent
	i.countAwaited(was, q.awaited())
}

// countAwaited updates the number of awaited queues after a change of one of them.
func (i *interleaver) countAwaited(was, is bool) {
	switch {
	case was && !is:
		i.awaited--
	case is && !was:
		i.awaited++
	}
}

func (i *interleaver) countHeld(stream int, change int64) {
	i.held.Add(change)
	i.heldOfStream[stream].Add(change)
}

// hasEnded says whether no packet of this stream comes any more.
func (i *interleaver) hasEnded(stream int) bool { return i.queues[stream].ended }

// isSparse says whether nothing ever waits for this stream.
func (i *interleaver) isSparse(stream int) bool { return i.queues[stream].sparse }

// onlySparse says whether packets can only come of streams that are sparse or silent.
func (i *interleaver) onlySparse() bool {
	return !slices.ContainsFunc(i.queues, func(q queue) bool { return !q.sparse && !q.ended && !q.silent })
}

// allEnded says whether no packet comes any more.
func (i *interleaver) allEnded() bool {
	return !slices.ContainsFunc(i.queues, func(q queue) bool { return !q.ended })
}

// awaits says whether packets of other streams wait for this stream, or would.
func (i *interleaver) awaits(stream int) bool { return i.queues[stream].awaited() }

// empty says whether it holds no packet.
func (i *interleaver) empty() bool { return len(i.heads.streams) == 0 }

// idle says whether it holds no packet and awaits no stream.
func (i *interleaver) idle() bool { return i.awaited == 0 && i.empty() }

// isDue says whether it holds a packet that need not wait.
func (i *interleaver) isDue() bool {
	return !i.empty() && (i.awaited == 0 || i.bytes > mostHeldBytes)
}

// popDue takes the earliest packet, if it need not wait.
func (i *interleaver) popDue() (pipeline.Packet, bool) {
	if !i.isDue() {
		return pipeline.Packet{}, false
	}
	return i.pop()
}

// takeAll takes all packets, in the order of their decoding times.
func (i *interleaver) takeAll() (all []pipeline.Packet) {
	for p, ok := i.pop(); ok; p, ok = i.pop() {
		all = append(all, p)
	}
	return all
}

// pop takes the earliest packet, due or not.
func (i *interleaver) pop() (pipeline.Packet, bool) {
	if i.empty() {
		return pipeline.Packet{}, false
	}
	stream := i.heads.streams[0]
	q := &i.queues[stream]
	p := q.pop()
	i.bytes -= p.Size()
	i.countHeld(stream, -1)
	i.heads.fixFirst()
	i.countAwaited(false, q.awaited())
	return p, true
}

// free frees all packets.
func (i *interleaver) free() {
	freeAll(i.takeAll())
}

func freeAll(packets []pipeline.Packet) {
	for _, p := range packets {
		p.Free()
	}
}
