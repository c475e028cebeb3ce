package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// page is Temporal's page, served to browsers.
type page struct {
	server    *server.Server
	address   netip.AddrPort
	namespace string
	ended     chan struct{}
}

// openPage serves the page of the Temporal server at target. A port of 0 is a free one.
func openPage(ctx context.Context, address, target, namespace string) (*page, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve Temporal's page: %w", err)
	}
	p := &page{
		address:   listener.Addr().(*net.TCPAddr).AddrPort(),
		namespace: namespace, ended: make(chan struct{}),
	}
	if err := listener.Close(); err != nil { // the page's server opens it itself
		return nil, err
	}
	p.server = server.NewServer(server_options.WithConfigProvider(&config.Config{
		TemporalGRPCAddress: target, DefaultNamespace: namespace, EnableUI: true, HideLogs: true,
		Host: p.address.Addr().String(), Port: int(p.address.Port()),
		CORS: config.CORS{CookieInsecure: true}, // it is http
	}))
	go func() {
		defer close(p.ended)
		_ = p.server.Start() // it returns no error: it ends the process
	}()
	return p, p.await(ctx)
}

// await returns when browsers can open the page.
func (p *page) await(ctx context.Context) error {
	for {
		c, err := net.Dial("tcp", p.address.String())
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: Temporal's page does not answer: %w", context.Cause(ctx), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// url returns what a user opens.
func (p *page) url() string {
	return fmt.Sprintf("http://%s/namespaces/%s/workflows", p.address, p.namespace)
}

func (p *page) close() {
	p.server.Stop()
	<-p.ended
}
