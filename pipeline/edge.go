package pipeline

import (
	"sync"
	"time"

	"github.com/avloom/avloom/internal/stopwatch"
)

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued +
// Freed.
type EdgeStats struct {
	From, To string
	Stream   int           // the stream whose items flow here
	Sent     int64         // items that the producer gave to the edge
	Received int64         // items that the consumer took
	Freed    int64         // items that will not be processed: the run stopped, or their owner withdrew them
	Queued   int           // items waiting now
	Depth    int           // how many items may wait, over all inputs of the consumer
	Blocked  time.Duration // how long senders of items waited for room, those that wait now included
}

// edge keeps the counters of one connection, from an outlet to one of its consumers.
type edge struct {
	from, to string
	stream   int
	depth    int
	blocked  stopwatch.Watch

	mu                    sync.Mutex
	sent, received, freed int64
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
		Sent: max(e.sent, e.received+e.freed), Received: e.received, Freed: e.freed, Blocked: e.blocked.Total(),
	}
	queued := s.Sent - s.Received - s.Freed
	if excess := queued - int64(e.depth); excess > 0 {
		queued -= excess
		s.Received += excess
	}
	s.Queued = int(queued)
	return s
}
