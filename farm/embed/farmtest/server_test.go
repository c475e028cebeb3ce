package farmtest

import (
	"context"
	"fmt"
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
	address string // that at which it is reached; with port 0: the first start chooses it
	file    string
	process *process
}

// newServer starts one for this test alone.
func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{path: serverProgram.build(t), address: anyPort, file: filepath.Join(t.TempDir(), "farm.db")}
	require.NoError(t, s.start())
	t.Cleanup(func() {
		s.process.kill()
		s.process.report(t)
	})
	return s
}

// start returns when the server is ready.
func (s *server) start() error {
	process, err := startProcess("server", exec.Command(s.path, "-file", s.file, "-address", s.address))
	if err != nil {
		return err
	}
	s.process = process
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for !s.isReady() {
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

// isReady notes the address at which the server is ready.
func (s *server) isReady() bool {
	_, rest, _ := strings.Cut(s.process.out.String(), "ready ")
	address, _, whole := strings.Cut(rest, "\n")
	if whole {
		s.address = address
	}
	return whole
}

// anyPort lets a server choose a port.
const anyPort = "127.0.0.1:0"

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
	path := serverProgram.build(t)
	s.once.Do(func() {
		if s.folder, s.err = os.MkdirTemp("", "farmtest"); s.err == nil {
			s.server = &server{path: path, address: anyPort, file: filepath.Join(s.folder, "farm.db")}
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
