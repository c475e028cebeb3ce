package pipeline

// turns lets the copies of a node take work one at a time, and send in the order in which they took
// it. Each turn waits at its place in a ring for a token that travels round the ring. There are
// never more turns under way than copies, so the ring has one place for each copy. Unlike a lock, a
// token can be waited for together with the end of the run.
type turns struct {
	next chan int        // the turn to be taken next; empty while a copy takes it
	ring []chan struct{} // by turn
}

func newTurns(copies int) turns {
	t := turns{next: make(chan int, 1), ring: make([]chan struct{}, copies)}
	for i := range t.ring {
		t.ring[i] = make(chan struct{}, 1)
	}
	t.next <- 0
	t.ring[0] <- struct{}{}
	return t
}

// begin returns the next turn. No other copy can take a turn until taken is called.
func (t *turns) begin() int { return <-t.next }

func (t *turns) taken(turn int) { t.next <- (turn + 1) % len(t.ring) }

// await waits until all earlier turns have been passed on. The waiter is idle meanwhile. Not ok:
// stop was closed.
func (t *turns) await(turn int, stop <-chan struct{}, waiter *clock) (ok bool) {
	select {
	case <-t.ring[turn]:
		return true
	default:
	}
	before := waiter.turnTo(isIdle)
	defer waiter.turnTo(before)
	select {
	case <-t.ring[turn]:
		return true
	case <-stop:
		return false
	}
}

// pass hands the token on. Only the copy that awaited the token may call it.
func (t *turns) pass(turn int) { t.ring[(turn+1)%len(t.ring)] <- struct{}{} }
