package api_test

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// srtServers are the system's ffmpeg, which takes a connection of SRT, and again when it has ended.
type srtServers struct {
	fault   fault
	port    int
	all     []*server
	ended   []chan struct{}
	stopped chan struct{} // closed when the server was stopped
}

// srtPlace has a server that ends after so many bytes, or stands still.
func srtPlace(t *testing.T, f fault) *livePlace {
	t.Helper()
	s := &srtServers{fault: f, port: freePort(t, "udp"), stopped: make(chan struct{})}
	limit := liveLimit
	if f == blocks {
		limit = 0
	}
	s.start(t, limit)
	return &livePlace{
		output: func(o ...api.OutputOption) api.Output {
			return api.URL(fmt.Sprintf("srt://127.0.0.1:%d", s.port), o...)
		},
		observe: func(written int64) { s.observe(t, written) },
		reached: s.stopped, open: func() {},
		end: func() { s.end() },
		got: func(t *testing.T) (paths []string) {
			for _, one := range s.all {
				require.FileExists(t, one.path, one.complaints.String())
				paths = append(paths, one.path)
			}
			return paths
		},
		says: "the other side has ended the connection",
	}
}

// start starts a server. limit is how many bytes it takes, about; 0: all.
func (s *srtServers) start(t *testing.T, limit int) {
	t.Helper()
	input := []string{"-i", fmt.Sprintf("srt://127.0.0.1:%d?mode=listener", s.port)}
	if limit > 0 {
		input = append(input, "-fs", strconv.Itoa(limit))
	}
	one, ended := listen(t, "udp", s.port, input...), make(chan struct{})
	go func() {
		defer close(ended)
		_ = one.cmd.Wait()
	}()
	s.all, s.ended = append(s.all, one), append(s.ended, ended)
}

// observe stops a server that is to block, and starts the one that comes back.
func (s *srtServers) observe(t *testing.T, written int64) {
	t.Helper()
	switch {
	case len(s.all) > 1:
	case s.fault == blocks && written > liveLimit:
		select {
		case <-s.stopped:
		default:
			require.NoError(t, s.all[0].cmd.Process.Signal(syscall.SIGSTOP))
			close(s.stopped)
		}
	case s.fault == returns:
		select {
		case <-s.ended[0]:
			s.start(t, 0)
		default:
		}
	}
}

// end ends the servers that have not ended by themselves.
func (s *srtServers) end() {
	for i, one := range s.all {
		if s.fault == blocks {
			_ = one.cmd.Process.Signal(os.Kill)
		}
		<-s.ended[i]
	}
}
