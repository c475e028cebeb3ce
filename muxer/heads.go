package muxer

import "container/heap"

// heads is a heap of the streams that have a packet in an interleaver, by the decoding time of the first. Of equal times,
// that of the stream that was added first comes first.
type heads struct {
	of      *interleaver
	streams []int
}

var _ heap.Interface = (*heads)(nil)

// add adds a stream whose queue is no longer empty.
func (h *heads) add(stream int) { heap.Push(h, stream) }

// settle puts the first stream in its place after its first packet was taken.
func (h *heads) settle() {
	if h.of.queues[h.streams[0]].empty() {
		heap.Pop(h)
		return
	}
	heap.Fix(h, 0)
}

func (h *heads) Len() int      { return len(h.streams) }
func (h *heads) Swap(a, b int) { h.streams[a], h.streams[b] = h.streams[b], h.streams[a] }
func (h *heads) Push(x any)    { h.streams = append(h.streams, x.(int)) }

func (h *heads) Pop() any {
	last := len(h.streams) - 1
	x := h.streams[last]
	h.streams = h.streams[:last]
	return x
}

func (h *heads) Less(a, b int) bool {
	x, y := h.streams[a], h.streams[b]
	xAt, yAt := h.of.queues[x].first().Dts(), h.of.queues[y].first().Dts()
	xBase, yBase := h.of.tracks[x].to, h.of.tracks[y].to
	if earlier(xAt, xBase, yAt, yBase) {
		return true
	}
	return x < y && !earlier(yAt, yBase, xAt, xBase)
}
