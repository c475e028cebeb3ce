package certtest

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Listen calls serve for each connection until the end of the test. config nil: without TLS.
func Listen(t *testing.T, config *tls.Config, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address = l.Addr().String()
	if config != nil {
		l = tls.NewListener(l, config)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				serve(conn)
				_ = conn.Close() // what was to be sent has been
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		serving.Wait()
	})
	return address
}

// Forward passes a connection's bytes on to another server, and back.
func Forward(t *testing.T, address string) func(net.Conn) {
	return func(from net.Conn) {
		to, err := net.Dial("tcp", address)
		if err != nil {
			t.Errorf("forward to the server: %v", err)
			return
		}
		var back sync.WaitGroup
		back.Go(func() {
			_, _ = io.Copy(from, to)
			_ = from.Close()
		})
		_, _ = io.Copy(to, from) // until either end closes
		_ = to.Close()
		back.Wait()
	}
}
