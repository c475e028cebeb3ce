package care

import (
	"fmt"
	"sync"
)

// Node is the machine that a worker runs on, as far as its tasks see it.
type Node struct {
	*Slots
	most int // failures in a row; 0: any number

	mu       sync.Mutex
	failed   map[string]bool // jobs in a row
	sick     chan error      // gets one error, when there are too many
	stopping chan struct{}
	stop     sync.Once
}

// NewNode returns a node whose worker stops after so many failures in a row; most 0: never.
func NewNode(slots *Slots, most int) *Node {
	return &Node{
		Slots: slots, most: most, failed: map[string]bool{}, sick: make(chan error, 1), stopping: make(chan struct{}),
	}
}

// Succeeded notes that a task ended well.
func (n *Node) Succeeded() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.failed)
}

// Failed notes that a task failed for a reason that may be the machine's, and that this was the
// first failure of its job anywhere.
func (n *Node) Failed(job string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failed[job] = true
	if n.most == 0 || len(n.failed) < n.most {
		return
	}
	select {
	case n.sick <- fmt.Errorf("%d different jobs failed in a row; the last, %s: %w", len(n.failed), job, err):
	default: // it is known
	}
}

// FailedInARow returns how many different jobs have failed since one succeeded.
func (n *Node) FailedInARow() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.failed)
}

// Sick gets an error, once, when too many jobs have failed in a row.
func (n *Node) Sick() <-chan error { return n.sick }

// Stopping is closed when the worker must end soon.
func (n *Node) Stopping() <-chan struct{} { return n.stopping }

// Stop takes no more tasks, and closes Stopping. Tasks that wait get the error.
func (n *Node) Stop(err error) {
	n.stop.Do(func() {
		close(n.stopping)
		n.Close(err)
	})
}
