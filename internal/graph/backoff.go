package graph

import (
	"math/rand/v2"
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// jitter is by which part of itself a wait is longer or shorter, at most. Without it, all clients
// of a server that has come back connect at the same moment.
const jitter = 0.2

// backoff says how long an output waits until it connects again.
type backoff struct {
	plan.Backoff
	next time.Duration // before jitter; 0: First
}

// wait returns how long to wait after a failure. stood is how long the connection that failed had
// lasted; 0: it was not made.
func (b *backoff) wait(stood time.Duration) time.Duration {
	if b.next == 0 || stood > b.Longest {
		b.next = b.First
	}
	wait := time.Duration(float64(b.next) * (1 + jitter*(2*rand.Float64()-1)))
	if b.next > b.Longest/2 {
		b.next = b.Longest
	} else {
		b.next *= 2
	}
	return min(max(wait, 1), b.Longest)
}
