package muxer

import "container/heap"

// heads is a heap of the streams that have a packet in an interleaver, by the decoding time of the
// first packet. If two times are equal, the stream that was added first comes first.
type heads struct {
	interleaver *interleaver
	streams     []int
}

var _ heap.Interface = (*heads)(nil)

// add adds a stream whose queue has its first packet.
func (h *heads) add(stream int) { heap.Push(h, stream) }

// fixFirst moves the first stream to its new place, or removes it, after its first packet was
// taken.
func (h *heads) fixFirst() {
	if h.interleaver.queues[h.streams[0]].empty() {
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
	xDTS, yDTS := h.interleaver.queues[x].first().Dts(), h.interleaver.queues[y].first().Dts()
	xBase, yBase := h.interleaver.tracks[x].held, h.interleaver.tracks[y].held
	if earlier(xDTS, xBase, yDTS, yBase) {
		return true
	}
	return x < y && !earlier(yDTS, yBase, xDTS, xBase)
}
