package destination

import "io"

// connection carries bytes to another program. Its errors say where it leads, and what FFmpeg or
// the server said about it.
type connection struct {
	carrier    carrier
	packetSize int               // the most bytes that are sent together; 0: there are no packets
	failure    func() error      // why it failed outside of a call; nil: calls report all failures
	explain    func(error) error // adds to an error where and why it happened; returns nil for nil
}

// carrier sends bytes.
type carrier interface {
	io.WriteCloser
	Interrupt() // makes a call that has not returned fail, and all later calls; any goroutine may call it
}

// newConnection returns a Destination that writes to a connection.
func newConnection(c *connection) *Destination {
	d := NewWriter(c)
	d.connection = c
	return d
}

// Write sends p.
func (c *connection) Write(p []byte) (int, error) {
	n, err := c.carrier.Write(p)
	return n, c.explain(err)
}

// Close ends the transfer, and waits until the other program has it, where the protocol tells.
func (c *connection) Close() error { return c.explain(c.carrier.Close()) }

// waits says whether Close waits for the receiver.
func (c *connection) waits() bool {
	late, ok := c.carrier.(*lateCarrier)
	return ok && late.waiting.Load()
}

// broken returns why the connection has failed, if the carrier learns that outside of calls.
func (c *connection) broken() error {
	if c.failure == nil {
		return nil
	}
	return c.explain(c.failure())
}
