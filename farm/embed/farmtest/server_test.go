package farmtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// server is an embedded server in a process of its own. It keeps its address and its file over
// restarts.
type server struct {
	path    string // of the program
	address string
	file    string
	process *process
}

// newServer starts one for this test alone.
func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{path: serverProgram.build(t), address: freeAddress(t), file: filepath.Join(t.TempDir(), "farm.db")}
	require.NoError(t, s.start())
	t.Cleanup(func() {
		s.process.kill()
		s.process.report(t)
	})
	return s
}

// start returns when the server is ready.
func (s *server) start() error {
	var err error
	s.process, err = startProcess("server", exec.Command(s.path, "-file", s.file, "-address", s.address))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for !strings.Contains(s.process.out.String(), "ready ") {
		select {
		case <-s.process.done:
			return fmt.Errorf("the server ended: %w\n%s", s.process.err, s.process.out)
		case <-ctx.Done():
			s.process.kill()
			return fmt.Errorf("the server is not ready\n%s", s.process.out)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// shared is the server of all tests that leave it alone.
var shared sharedServer

type sharedServer struct {
	once   sync.Once
	server *server
	folder string
	err    error
}

func (s *sharedServer) get(t testing.TB) *server {
	t.Helper()
	path, address := serverProgram.build(t), freeAddress(t)
	s.once.Do(func() {
		if s.folder, s.err = os.MkdirTemp("", "farmtest"); s.err == nil {
			s.server = &server{path: path, address: address, file: filepath.Join(s.folder, "farm.db")}
			s.err = s.server.start()
		}
	})
	require.NoError(t, s.err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("the server said:\n" + s.server.process.out.String())
		}
	})
	return s.server
}

func (s *sharedServer) stop() {
	if s.server != nil && s.server.process != nil {
		s.server.process.kill()
	}
	if s.folder != "" {
		_ = os.RemoveAll(s.folder)
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
