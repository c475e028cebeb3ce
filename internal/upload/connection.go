package upload

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// How long a connection delays an end, so that net/http learns something else first.
const (
	answerGrace = time.Second            // the answer of a server that takes no more
	closeGrace  = 250 * time.Millisecond // whether the body goes on after an answer
)

// connections are the connections of one upload.
type connections struct {
	dialer net.Dialer

	mu   sync.Mutex
	all  []*connection
	sent *sent // of the present request
	over bool  // the upload is over
	kept bool  // the server has answered with a success, and the body goes on
	gone bool  // the server has ended one of them
}

func (c *connections) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	own := &connection{Conn: conn, of: c, readOver: make(chan struct{}), closed: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, own)
	return own, nil
}

// watch makes the connections tell a request about their writes.
func (c *connections) watch(s *sent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = s
}

func (c *connections) watched() *sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// keep keeps the connections open although net/http closes them.
func (c *connections) keep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = true
}

// drop closes the connections of one request, so that another request can follow.
func (c *connections) drop() {
	c.mu.Lock()
	all := c.all
	c.all, c.kept = nil, false
	c.mu.Unlock()
	for _, own := range all {
		own.end()
	}
}

// close closes all connections at once, and later ones as soon as net/http closes them.
func (c *connections) close() {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.drop()
}

// hungUp returns true if the server has ended a connection.
func (c *connections) hungUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

// connection corrects two habits of net/http.
//   - net/http handles a failed write before it reads the answer that the server sent before it
//     hung up. So a failing write returns when the answer has been read.
//   - net/http closes a connection of HTTP/1 when the answer is complete, although the server may
//     still read the body. So a close waits for the upload to say whether the body goes on.
type connection struct {
	net.Conn
	of       *connections
	closing  bool          // net/http has closed it; guarded by the mutex of of
	readOver chan struct{} // closed when a read has failed
	readOnce sync.Once
	closed   chan struct{}
	endOnce  sync.Once
}

func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.readOnce.Do(func() { close(c.readOver) })
	}
	if errors.Is(err, io.EOF) {
		c.of.mu.Lock()
		c.of.gone = true
		c.of.mu.Unlock()
	}
	return n, err
}

func (c *connection) Write(p []byte) (int, error) {
	n, err := c.of.watched().during(func() (int, error) { return c.Conn.Write(p) })
	if err != nil {
		select {
		case <-c.readOver:
		case <-c.closed:
		case <-time.After(answerGrace):
		}
	}
	return n, err
}

// Close closes the connection after closeGrace, unless the upload keeps it.
func (c *connection) Close() error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	if c.of.over {
		c.end()
		return nil
	}
	c.closing = true
	time.AfterFunc(closeGrace, func() {
		c.of.mu.Lock()
		kept := c.of.kept
		c.of.mu.Unlock()
		if !kept {
			c.end()
		}
	})
	return nil
}

func (c *connection) end() {
	c.endOnce.Do(func() {
		close(c.closed)
		_ = c.Conn.Close() // a read or a write has returned the error
	})
}
