package care

import (
	"fmt"
	"sync"
)

// Node is the machine that a worker runs on, as far as its tasks see it.
type Node struct {
	*Slots
	most int // failures in a row; 0: any number

	sick     chan struct{} // closed when there are too many
	stopping chan struct{}

	mu      sync.Mutex
	failed  map[string]bool // jobs in a row
	reason  error           // of being sick
	stopped bool
}

// NewNode returns a node whose worker stops after so many failures in a row; most 0: never.
func NewNode(slots *Slots, most int) *Node {
	return &Node{
		Slots: slots, most: most, failed: map[string]bool{},
		sick: make(chan struct{}), stopping: make(chan struct{}),
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
	if n.most == 0 || len(n.failed) < n.most || n.reason != nil {
		return
	}
	n.reason = fmt.Errorf("%d different jobs failed in a row; the last, %s: %w", len(n.failed), job, err)
	close(n.sick)
	n.Refuse() // before the next poll
}

// FailedInARow returns how many different jobs have failed since one succeeded.
func (n *Node) FailedInARow() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.failed)
}

// Sick is closed when too many jobs have failed in a row.
func (n *Node) Sick() <-chan struct{} { return n.sick }

// Reason returns why the node is sick; nil: it is not.
func (n *Node) Reason() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reason
}

// IsSick reports whether too many jobs have failed in a row.
func (n *Node) IsSick() bool { return n.Reason() != nil }

// Stopping is closed when the worker must end soon.
func (n *Node) Stopping() <-chan struct{} { return n.stopping }

// Stop takes no more tasks, and closes Stopping. Tasks that wait in Enter get the error.
func (n *Node) Stop(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped {
		return
	}
	n.stopped = true
	close(n.stopping)
	n.Close(err)
}
