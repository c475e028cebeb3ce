package cores

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// process is the meter of this process.
var process = &meter{files: os.DirFS("/")}

// Now returns what the process has used so far. The reading is at most 20 ms old.
func Now() Usage { return process.now() }

const (
	// shared is the age up to which readers get the same reading. The counters of idle time step by 10
	// ms, so a younger reading would hardly tell more.
	shared = 20 * time.Millisecond
	// limited is for how long a quota is not read again. It can change while the process runs.
	limited = time.Second
)

// meter reads the counters of the process and of the cores that it may run on.
type meter struct {
	files fs.FS // the root of the file system

	mu       sync.Mutex
	process  string      // "": nothing has been read
	allowed  unix.CPUSet // as it was at the first reading
	count    int         // of these cores; 0: allowed is unknown
	quota    float64     // cores, by the control groups; 0: there is none
	quotaEnd time.Time   // when to read it again
	last     Usage
	idle     time.Duration // of the cores, as it was counted last
	online   int           // cores that it was counted of
}

func (m *meter) now() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if m.process == "" {
		m.begin(now)
	}
	if m.last.process == "" || now.Sub(m.last.at) >= shared {
		m.last = m.read(now)
	}
	return m.last
}

// begin finds out what does not change. A change of the allowed cores is not followed, because the
// idle time of other cores would count suddenly.
func (m *meter) begin(now time.Time) {
	host, _ := os.Hostname() // "" is as good
	m.process = fmt.Sprintf("%s:%d:%d", host, os.Getpid(), now.UnixNano())
	if unix.SchedGetaffinity(os.Getpid(), &m.allowed) == nil {
		m.count = m.allowed.Count()
	}
}

func (m *meter) read(now time.Time) Usage {
	u := Usage{process: m.process, at: now, used: processTime(), idle: m.last.idle, cores: m.cores(now)}
	idle, online := m.idleTime()
	u.known = online > 0
	if online == m.online { // otherwise a core came or left, with all of its idle time
		u.idle += idle - m.idle
	}
	m.idle, m.online = idle, online
	return u
}

// processTime is the CPU time of all threads of the process, those that have ended included.
func processTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// cores returns how many cores the process may use at a time.
func (m *meter) cores(now time.Time) float64 {
	if now.After(m.quotaEnd) {
		m.quota, m.quotaEnd = quota(m.files), now.Add(limited)
	}
	count := float64(m.count)
	if m.count == 0 {
		count = float64(runtime.NumCPU())
	}
	if m.quota > 0 {
		return min(count, m.quota)
	}
	return count
}
