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
var process = newMeter()

// Now returns what the process has used so far. The reading is at most 20 ms old.
func Now() Usage { return process.now() }

const (
	// shared is the age up to which readers get the same reading. The counters of idle time step by 10
	// ms, so a younger reading would hardly tell more.
	shared = 20 * time.Millisecond
	// limited is for how long the allowed cores and the quota are not read again. They can change
	// while the process runs.
	limited = time.Second
)

// meter reads the counters of the process and of the cores that it may run on.
type meter struct {
	files    fs.FS // the root of the file system
	affinity func(pid int, cores *unix.CPUSet) error

	mu      sync.Mutex
	process string      // "": nothing has been read
	allowed unix.CPUSet // cores
	count   int         // of these; 0: allowed is unknown
	quota   float64     // cores, by the control groups; 0: there is none
	limits  time.Time   // when to read allowed and quota again
	last    Usage
	idle    time.Duration // of the cores, as it was counted last
	online  int           // cores that it was counted of
}

func newMeter() *meter { return &meter{files: os.DirFS("/"), affinity: unix.SchedGetaffinity} }

func (m *meter) now() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if m.process == "" {
		host, _ := os.Hostname() // "" is as good
		m.process = fmt.Sprintf("%s:%d:%d", host, os.Getpid(), now.UnixNano())
	}
	if m.last.process == "" || now.Sub(m.last.at) >= shared {
		m.last = m.read(now)
	}
	return m.last
}

// read reads the counters. The idle time is known if that of each allowed core is: a system that
// numbers the cores of a container anew (LXC) tells that of some or of none.
func (m *meter) read(now time.Time) Usage {
	if now.After(m.limits) {
		m.readLimits(now)
	}
	u := Usage{process: m.process, at: now, used: processTime(), idle: m.last.idle, cores: m.cores()}
	idle, online := m.idleTime()
	u.known = online > 0 && online == m.count
	if online == m.online { // otherwise a core came or left, with all of its idle time
		u.idle += idle - m.idle
	}
	m.idle, m.online = idle, online
	return u
}

// readLimits reads what can change while the process runs. Other cores have another idle time, so
// that of the next reading does not count.
func (m *meter) readLimits(now time.Time) {
	m.quota, m.limits = quota(m.files), now.Add(limited)
	var allowed unix.CPUSet
	if m.affinity(os.Getpid(), &allowed) != nil {
		allowed.Zero()
	}
	if allowed != m.allowed {
		m.allowed, m.count, m.online = allowed, allowed.Count(), 0
	}
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
func (m *meter) cores() float64 {
	count := float64(m.count)
	if m.count == 0 {
		count = float64(runtime.NumCPU())
	}
	if m.quota > 0 {
		return min(count, m.quota)
	}
	return count
}
