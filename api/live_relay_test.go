package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// relay takes connections, and passes on what they bring, through one valve, to the servers behind
// it: the first connection to the first one, and so on.
type relay struct {
	valve    *valve
	listener net.Listener
	server   func() (io.ReadWriteCloser, error)
	serving  sync.WaitGroup
}

// newRelay returns a relay whose side of a connection takes few bytes that nobody reads.
func newRelay(t *testing.T, v *valve, server func() (io.ReadWriteCloser, error)) *relay {
	t.Helper()
	small := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		controlled := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096) })
		if controlled != nil {
			return controlled
		}
		return err
	}}
	l, err := small.Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{valve: v, listener: l, server: server}
	r.serving.Go(r.serve)
	return r
}

func (r *relay) serve() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := r.server()
		if err == nil {
			r.join(client, server)
		}
		_ = client.Close() // with more to read: the other side gets a reset
	}
}

// join passes bytes on in both directions until the client or the valve ends it. The server gets
// all that has passed, and the time that it needs for it.
func (r *relay) join(client net.Conn, server io.ReadWriteCloser) {
	var replying sync.WaitGroup
	replying.Go(func() {
		to := io.Writer(client)
		if r.valve.fault == isSlow {
			// An RTMP server acknowledges what it gets. FFmpeg does not read that when it closes, and the
			// kernel then cuts what is under way.
			to = &writerUntil{client, r.valve.reached}
		}
		_, _ = io.Copy(to, server)
		_, _ = io.Copy(io.Discard, server)
	})
	err := r.valve.copy(server, client)
	if err != io.EOF { //nolint:errorlint // as io.Reader returns it
		_ = client.Close()
	}
	if half, ok := server.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	} else {
		_ = server.Close()
	}
	replying.Wait()
	_ = server.Close()
}

// writerUntil passes bytes on until end is closed, and drops all others.
type writerUntil struct {
	to  io.Writer
	end <-chan struct{}
}

func (w *writerUntil) Write(p []byte) (int, error) {
	select {
	case <-w.end:
		return len(p), nil
	default:
		return w.to.Write(p)
	}
}

// close waits for the end of the last connection. Nothing that is stuck stays.
func (r *relay) close() {
	_ = r.listener.Close()
	r.valve.open()
	r.serving.Wait()
}

// hasGotAll says whether no bytes are on their way to the relay.
func (r *relay) hasGotAll() bool {
	table, err := os.ReadFile("/proc/net/tcp")
	port := fmt.Sprintf(":%04X", r.listener.Addr().(*net.TCPAddr).Port)
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		sending, receiving, _ := strings.Cut(f[4], ":")
		if strings.HasSuffix(f[2], port) && sending != "00000000" || strings.HasSuffix(f[1], port) && receiving != "00000000" {
			return false
		}
	}
	return err == nil
}

func (r *relay) address() string { return r.listener.Addr().String() }

// keeper is a server that keeps what it gets, and replies nothing.
type keeper struct {
	got    bytes.Buffer
	once   sync.Once
	closed chan struct{}
}

func newKeeper() *keeper { return &keeper{closed: make(chan struct{})} }

func (k *keeper) Write(p []byte) (int, error) { return k.got.Write(p) }

func (k *keeper) Read([]byte) (int, error) {
	<-k.closed
	return 0, io.EOF
}

func (k *keeper) Close() error {
	k.once.Do(func() { close(k.closed) })
	return nil
}
