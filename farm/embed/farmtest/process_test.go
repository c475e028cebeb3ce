package farmtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// limit ends waits that would never end, also on a machine that has much else to do.
const limit = 5 * time.Minute

// process is a program that a test has started. It is killed at the end of the test, and also when
// the test binary itself dies.
type process struct {
	name   string
	cmd    *exec.Cmd
	out    *output
	done   chan struct{} // is closed when the process has ended
	err    error         // of the process, when done
	mayEnd atomic.Bool   // the test has asked for it, or expects it
}

// startProcess does not need a test: the shared server outlives tests.
func startProcess(name string, cmd *exec.Cmd) (*process, error) {
	p := &process{name: name, cmd: cmd, out: &output{}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	if err := spawn(cmd); err != nil {
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// mustStart starts a process of the test.
func mustStart(t testing.TB, name string, cmd *exec.Cmd) *process {
	t.Helper()
	p, err := startProcess(name, cmd)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.kill()
		p.report(t)
	})
	return p
}

// report shows what the process said if the test has failed, and fails it for a data race.
func (p *process) report(t testing.TB) {
	said := p.out.String()
	if p.out.race.Load() {
		t.Errorf("%s has a data race", p.name)
	}
	if t.Failed() {
		t.Logf("%s (process %d) ended with %v and said:\n%s", p.name, p.pid(), p.err, said)
	}
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// kill is kill -9, and returns when the process is gone.
func (p *process) kill() {
	p.mayEnd.Store(true)
	_ = p.cmd.Process.Kill() // it may be gone
	<-p.done
}

func (p *process) signal(t testing.TB, s unix.Signal) {
	t.Helper()
	require.NoError(t, unix.Kill(p.pid(), s), p.name)
}

// awaitReady waits until a worker takes jobs. It catches signals then.
func (p *process) awaitReady(t testing.TB) {
	t.Helper()
	await(t, p.name+" takes jobs", p.out.ready.Load, p)
}

// terminate asks a worker to end and waits until it has. The error is the process's.
func (p *process) terminate(t testing.TB) error {
	t.Helper()
	p.awaitReady(t)
	p.mayEnd.Store(true)
	p.signal(t, unix.SIGTERM)
	return p.ended(t)
}

// ended waits until the process has ended by itself.
func (p *process) ended(t testing.TB) error {
	t.Helper()
	p.mayEnd.Store(true)
	select {
	case <-p.done:
		return p.err
	case <-time.After(limit):
		require.FailNow(t, p.name+" does not end")
		return nil
	}
}

func (p *process) hasEnded() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stopped returns true while the process is stopped by SIGSTOP.
func (p *process) stopped(t testing.TB) bool {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid()))
	require.NoError(t, err, "%s: %s", p.name, p.out)
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "T")
}

// memory returns how much main memory the process has now, and has had at most, in bytes.
func memory(t testing.TB, pid int) (now, most int64) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			now = kib << 10
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			most = kib << 10
		}
	}
	return now, most
}

// output keeps the last part of what a process says.
type output struct {
	race  atomic.Bool // it has told of a data race
	ready atomic.Bool // it is a worker that takes jobs

	mu   sync.Mutex
	text []byte
}

const keptOutput = 64 << 10

func (o *output) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("WARNING: DATA RACE")) {
		o.race.Store(true)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	if !o.ready.Load() && bytes.Contains(o.text, []byte("worker takes jobs")) {
		o.ready.Store(true)
	}
	if len(o.text) > 2*keptOutput {
		o.text = bytes.Clone(o.text[len(o.text)-keptOutput:])
	}
	return len(p), nil
}

func (p *process) logged(text string) bool { return strings.Contains(p.out.String(), text) }

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

// spawn starts cmd so that the kernel kills it when this process dies. The kernel does so when the
// thread that started it ends; so one thread, which never ends, starts all.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	spawnerOnce.Do(func() {
		go func() {
			runtime.LockOSThread()
			for ask := range spawner {
				ask.answer <- ask.cmd.Start()
			}
		}()
	})
	answer := make(chan error)
	spawner <- spawning{cmd, answer}
	return <-answer
}

type spawning struct {
	cmd    *exec.Cmd
	answer chan error
}

var (
	spawnerOnce sync.Once
	spawner     = make(chan spawning)
)

// await waits until a condition holds. It fails at once when one of the processes which are needed
// for that has ended.
func await(t testing.TB, what string, holds func() bool, needed ...*process) {
	t.Helper()
	awaitWithin(t, limit, what, holds, needed...)
}

// awaitWithin is await with another limit.
func awaitWithin(t testing.TB, most time.Duration, what string, holds func() bool, needed ...*process) {
	t.Helper()
	end := time.After(most)
	for !holds() {
		for _, p := range needed {
			if p.hasEnded() && !p.mayEnd.Load() && !holds() {
				require.FailNow(t, p.name+" has ended before "+what)
			}
		}
		select {
		case <-end:
			require.FailNow(t, "too late: "+what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
