package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
)

// livePlace is where the output leads that a fault happens to.
type livePlace struct {
	output  func(...api.OutputOption) api.Output
	observe func(written int64)       // is called again and again while the run goes on; nil: no need
	reached <-chan struct{}           // closed when a place that blocks or is slow takes nothing more
	arrived func() bool               // the other side has got all bytes; nil: Close waits for that
	open    func()                    // makes a place that is slow take bytes again
	end     func()                    // frees it, after the run
	got     func(*testing.T) []string // after end: a file for each connection; nil: none is complete
	tail    int                       // how many of the last pictures may be missing, with their sound
	failure []error                   // one of these is the error of a place that fails
	says    string                    // and this is in its text
}

// liveKind makes places of one kind; apart: in a process of its own, since the fault happens to all
// files of the process, or to all its connections of SRT: libsrt closes the last of them only when
// the others have sent their data or have waited for their linger.
type liveKind struct {
	faults []fault
	apart  func(fault) bool
	place  func(*testing.T, fault) *livePlace
}

const liveLimit = 300_000 // the byte N

func together(fault) bool { return false }
func apart(fault) bool    { return true }

var liveKinds = map[string]liveKind{
	"file":        {[]fault{fails, blocks, isSlow}, func(f fault) bool { return f == fails }, filePlace},
	"fMP4 writer": {[]fault{fails, blocks, isSlow}, together, writerPlace},
	"ts over tcp": {[]fault{fails, blocks, isSlow, returns}, together, tcpPlace},
	"RTMP":        {[]fault{fails, blocks, isSlow, returns}, together, rtmpPlace},
	"HLS folder":  {[]fault{fails}, apart, folderPlace},               // disks do not block, nor come back
	"SRT":         {[]fault{fails, blocks, returns}, apart, srtPlace}, // slow: SRT itself leaves out what is late
}

// filePlace is a file that may not be longer, or a pipe.
func filePlace(t *testing.T, f fault) *livePlace {
	t.Helper()
	if f == fails {
		return shortFile(t)
	}
	path, v := temporary(t, "pipe.ts"), newValve(f)
	require.NoError(t, unix.Mkfifo(path, 0o600))
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	raw, err := pipe.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) { _, err = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 4096) }))
	require.NoError(t, err)
	got, copied := new(bytes.Buffer), make(chan struct{})
	go func() {
		defer close(copied)
		_ = v.copy(got, pipe)
	}()
	return &livePlace{
		output:  func(o ...api.OutputOption) api.Output { return api.File(path, o...) },
		reached: v.reached, open: v.open,
		end: func() {
			v.open()
			require.Eventually(t, func() bool { return waitingIn(t, raw) == 0 }, time.Minute, time.Millisecond)
			_ = pipe.Close()
			<-copied
		},
		got: func(t *testing.T) []string { return []string{saved(t, "got.ts", got.Bytes())} },
	}
}

// waitingIn returns how many bytes are in a pipe.
func waitingIn(t *testing.T, pipe syscall.RawConn) (n int) {
	t.Helper()
	var err error
	require.NoError(t, pipe.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }))
	require.NoError(t, err)
	return n
}

// shortFile is a file of a process that may not write long files.
func shortFile(t *testing.T) *livePlace {
	t.Helper()
	path := temporary(t, "short.ts")
	p := shortFiles(t, liveLimit)
	p.output = func(o ...api.OutputOption) api.Output { return api.File(path, o...) }
	p.got = func(*testing.T) []string { return []string{path} }
	return p
}

// folderPlace is a folder whose segments are too long for the system.
func folderPlace(t *testing.T, _ fault) *livePlace {
	t.Helper()
	dir := t.TempDir()
	p := shortFiles(t, liveLimit/2)
	p.output = func(o ...api.OutputOption) api.Output {
		return api.Folder(dir, "index.m3u8", append(o, api.SegmentEvery(time.Second))...)
	}
	return p
}

// shortFiles makes the system refuse longer files.
func shortFiles(t *testing.T, limit uint64) *livePlace {
	t.Helper()
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &before))
	signal.Ignore(syscall.SIGXFSZ)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: before.Max}))
	return &livePlace{
		end: func() {
			require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &before))
			signal.Reset(syscall.SIGXFSZ)
		},
		failure: []error{syscall.EFBIG},
	}
}

// writerPlace is a writer that can be closed.
func writerPlace(_ *testing.T, f fault) *livePlace {
	w := &valveWriter{valve: newValve(f)}
	return &livePlace{
		output:  func(o ...api.OutputOption) api.Output { return api.Writer(w, "mp4", o...) },
		reached: w.reached, open: w.open, end: w.open,
		got:     func(t *testing.T) []string { return []string{saved(t, "got.mp4", w.got.Bytes())} },
		failure: []error{errValve},
	}
}

// hungUp are the errors of a connection that the other side has closed.
var hungUp = []error{syscall.EPIPE, syscall.ECONNRESET}

func tcpPlace(t *testing.T, f fault) *livePlace {
	t.Helper()
	var keepers []*keeper
	r := newRelay(t, newValve(f), func() (io.ReadWriteCloser, error) {
		keepers = append(keepers, newKeeper())
		return keepers[len(keepers)-1], nil
	})
	return &livePlace{
		output: func(o ...api.OutputOption) api.Output {
			return api.URL("tcp://"+r.address()+"?send_buffer_size=4096", o...)
		},
		reached: r.valve.reached, open: r.valve.open, end: r.close,
		got: func(t *testing.T) (paths []string) {
			for _, k := range keepers {
				paths = append(paths, saved(t, "got.ts", k.got.Bytes()))
			}
			return paths
		},
		failure: hungUp,
	}
}

// rtmpPlace has a server of its own, the system's ffmpeg, for each connection.
func rtmpPlace(t *testing.T, f fault) *livePlace {
	t.Helper()
	connections := 1
	if f == returns {
		connections = 2
	}
	var servers []*server
	var ports []int
	for range connections {
		port := freePort(t, "tcp")
		servers = append(servers, listen(t, "tcp", port, "-f", "flv", "-listen", "1", "-i", fmt.Sprintf("rtmp://127.0.0.1:%d/live/key", port)))
		ports = append(ports, port)
	}
	next := 0
	r := newRelay(t, newValve(f), func() (io.ReadWriteCloser, error) {
		if next == len(ports) {
			return nil, errors.New("no more servers")
		}
		next++
		return net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[next-1])) //nolint:noctx // of this machine
	})
	return &livePlace{
		output:  func(o ...api.OutputOption) api.Output { return api.URL("rtmp://"+r.address()+"/live/key", o...) },
		reached: r.valve.reached, open: r.valve.open,
		arrived: r.hasGotAll, tail: 2, // FFmpeg may cut what is under way when it closes RTMP
		end: func() {
			r.close()
			for _, s := range servers[next:] {
				_ = s.cmd.Process.Kill()
				_ = s.cmd.Wait()
			}
		},
		got: func(t *testing.T) (paths []string) {
			for _, s := range servers[:next] {
				paths = append(paths, s.received(t))
			}
			return paths
		},
		failure: hungUp,
	}
}
