package api

// claim is the part of a budget that one encoder has.
type claim struct {
	budget  *ThreadBudget // its mutex guards the other fields
	open    bool          // take was called
	left    bool          // the encoder takes part no longer
	held    int           // threads
	streams int           // video streams
}

// take takes the threads of an encoder that opens with this number of video streams. It returns the
// threads of each stream. The caller calls keep when it knows how many are used, or putBack.
func (c *claim) take(streams int) (threads int) {
	b := c.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	each := max(1, b.part(streams)/max(1, streams))
	b.addWaiting(-1)
	c.open = true
	c.hold(each*streams, streams)
	return each
}

// hold changes what the claim holds. The caller holds the mutex.
func (c *claim) hold(threads, streams int) {
	c.budget.held += threads - c.held
	c.budget.streams += streams - c.streams
	c.held, c.streams = threads, streams
}

// keep gives back the threads that the streams do not use. used is the number that they use
// together.
func (c *claim) keep(used int) {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	c.hold(min(used, c.held), c.streams)
}

// putBack undoes take. The encoder did not open and may try again.
func (c *claim) putBack() {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.left {
		return
	}
	c.hold(0, 0)
	c.budget.addWaiting(1)
	c.open = false
}

// leave gives all threads back, and the encoder takes part no longer. A second call does nothing.
func (c *claim) leave() {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.left {
		return
	}
	c.left = true
	if !c.open {
		c.budget.addWaiting(-1)
	}
	c.hold(0, 0)
}

// leaveIfNotOpen is leave for an encoder that became garbage. An open one leaves when its run ends.
func (c *claim) leaveIfNotOpen() {
	c.budget.mu.Lock()
	open := c.open
	c.budget.mu.Unlock()
	if !open {
		c.leave()
	}
}
