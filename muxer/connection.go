package muxer

import (
	"context"
	"io"
	"net/url"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
)

// Link is what Connect must know.
type Link struct {
	URL       string
	Container astiavx.Container
	Options   map[string]string // of the protocol
	Log       *astiavx.Log      // of what FFmpeg says about the connection; nil: none
	Explain   func(error) error // adds to an error where and why it happened; of nil it makes nil
}

// connection is a way to another program. Its errors say where it leads, and what was said about
// it.
type connection struct {
	carrier interface {
		io.WriteCloser
		Interrupt() // makes the call under way return, and those after it; at any time
	}
	packetSize int          // how many bytes at most are sent as one; 0: there are no packets
	failure    func() error // why it has failed although no call is under way; nil: only calls tell
	explain    func(error) error
}

func (c *connection) Write(p []byte) (int, error) {
	n, err := c.carrier.Write(p)
	return n, c.explain(err)
}

func (c *connection) Close() error { return c.explain(c.carrier.Close()) }

// broken is why the connection has failed, where it knows by itself.
func (c *connection) broken() error {
	if c.failure == nil {
		return nil
	}
	return c.explain(c.failure())
}

// connectTo is a Destination for a connection.
func connectTo(c *connection) *Destination {
	d := NewWriter(c)
	d.connection = c
	return d
}

// byFFmpeg connects through FFmpeg's protocol.
func (p Protocol) byFFmpeg(ctx context.Context, l Link) (*connection, error) {
	all, err := dictionary(p.withUsual(l))
	if err != nil {
		return nil, err
	}
	defer all.Free()
	c, err := astiavx.Connect(ctx, l.URL, all, l.Log)
	if err != nil {
		return nil, err
	}
	if unused := keys(all); len(unused) > 0 {
		c.Interrupt()
		_ = c.Close() // nothing has been sent
		return nil, &UnusedOptionsError{Names: unused}
	}
	return &connection{carrier: c, packetSize: c.PacketSize(), explain: l.Explain}, nil
}

// byUpload begins an HTTP request, whose body the container is.
func (p Protocol) byUpload(ctx context.Context, l Link) (*connection, error) {
	config, err := upload.Parse(l.Options)
	if err != nil {
		return nil, err
	}
	if config.ContentType == "" && config.Header.Get("Content-Type") == "" {
		config.ContentType = l.Container.MIME
	}
	to, err := url.Parse(l.URL)
	if err != nil {
		return nil, err
	}
	u, err := upload.Start(ctx, to, config)
	if err != nil {
		return nil, err
	}
	return &connection{carrier: u, failure: u.Err, explain: l.Explain}, nil
}
