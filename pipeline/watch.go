package pipeline

import "time"

// FailStalls makes the run fail when a node stays inside one call for timeout without emitting an
// item; the error is a StallError. A call that waits for room in the next queue, or for its turn,
// does not count, and a node that waits for items has not stalled. So the error always names the
// node that all others wait for. A guest that stalls ends alone. Call FailStalls before Start. 0,
// the default, means never.
func (r *Run) FailStalls(timeout time.Duration) { r.stallTimeout = timeout }

// watch waits until all actors have returned or the run has stopped. Meanwhile it stops the run if
// a node stalls.
func (r *Run) watch() {
	var look <-chan time.Time // nil: never
	if r.stallTimeout > 0 {
		ticker := time.NewTicker(max(r.stallTimeout/looks, time.Millisecond))
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		select {
		case <-r.returned:
			return
		case <-r.ctx.Done():
			return
		case <-look:
			for _, a := range r.members() {
				a.failIfStalled(r.stallTimeout)
			}
		}
	}
}
