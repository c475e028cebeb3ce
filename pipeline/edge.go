package pipeline

import (
	"sync"
	"time"

	"github.com/avloom/avloom/internal/stopwatch"
)

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued +
// Freed + Lost. Items that come before a sink has begun, because it joined a running graph, are not
// counted.
type EdgeStats struct {
	From, To string
	Stream   int           // the stream whose items flow here
	Sent     int64         // items that the producer gave to the edge
	Received int64         // items that the consumer took
	Freed    int64         // items that will not be processed: the run stopped, or their owner withdrew them
	Lost     int64         // items for which the queue of a guest had no room, and those that depend on them
	Queued   int           // items waiting now
	Depth    int           // how many items may wait: over all inputs of the consumer; of a guest, over this input
	Blocked  time.Duration // how long senders of items waited for room, those that wait now included
}

// edge keeps the counters of one connection, from an outlet to one of its consumers.
type edge struct {
	from, to string
	stream   int
	depth    int
	blocked  stopwatch.Watch

	mu                          sync.Mutex
	sent, received, freed, lost int64
}

// countSent counts an item that was given to the edge. An item that was not accepted is freed at
// once.
func (e *edge) countSent(accepted bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent++
	if !accepted {
		e.freed++
	}
}

// claim takes a place in the queue of a guest, and counts the item as sent. False: there is none.
func (e *edge) claim() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.queued() >= int64(e.depth) {
		return false
	}
	e.sent++
	return true
}

// hasRoom says whether there is a place in the queue of a guest.
func (e *edge) hasRoom() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.queued() < int64(e.depth)
}

// queued is how many items have been sent and are not accounted for. Call it with mu held.
func (e *edge) queued() int64 { return e.sent - e.received - e.freed - e.lost }

// countLost counts an item that a guest loses.
func (e *edge) countLost() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent++
	e.lost++
}

func (e *edge) countReceived() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.received++
}

func (e *edge) countFreed() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.freed++
}

// stats takes a snapshot. Sender and receiver count just after they used the channel. If an item
// was counted at the far end first, it was sent. If there seem to be more items than the channel
// can hold, the rest were received.
func (e *edge) stats() EdgeStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := EdgeStats{
		From: e.from, To: e.to, Stream: e.stream, Depth: e.depth,
		Sent: max(e.sent, e.received+e.freed+e.lost), Received: e.received, Freed: e.freed, Lost: e.lost,
		Blocked: e.blocked.Total(),
	}
	queued := s.Sent - s.Received - s.Freed - s.Lost
	if excess := queued - int64(e.depth); excess > 0 {
		queued -= excess
		s.Received += excess
	}
	s.Queued = int(queued)
	return s
}
