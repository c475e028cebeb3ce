package cores

import (
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func folder(files map[string]string) fs.FS {
	f := fstest.MapFS{}
	for name, text := range files {
		f[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return f
}

func TestQuota(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		want  float64
	}{
		"nothing can be read": {},
		"a container of its own name space": {
			map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5,
		},
		"none": {
			map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 0,
		},
		"the least of those inside each other": {
			map[string]string{
				"proc/self/cgroup":                              "0::/user.slice/render.scope\n",
				"sys/fs/cgroup/user.slice/cpu.max":              "50000 100000\n",
				"sys/fs/cgroup/user.slice/render.scope/cpu.max": "400000 100000\n",
			}, 0.5,
		},
		"another folder than systemd's": {
			map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/unified/a/cpu.max": "200000 100000\n"}, 2,
		},
		"version 1": {
			map[string]string{
				"proc/self/cgroup": "4:memory:/x\n2:cpu,cpuacct:/docker/1\n0::/docker/1\n",
				"sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us":  "300000\n",
				"sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
			}, 3,
		},
		"version 1, seen from inside": {
			map[string]string{
				"proc/self/cgroup":                    "2:cpu:/docker/1\n3:cpuset:/docker/1\n",
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us":  "50000\n",
				"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
			}, 0.5,
		},
		"version 1 without one": {
			map[string]string{
				"proc/self/cgroup":                    "2:cpu:/\n",
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us":  "-1\n",
				"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
			}, 0,
		},
		"what nobody writes": {
			map[string]string{"proc/self/cgroup": "\n0\n0::/\n", "sys/fs/cgroup/cpu.max": "0 0 0\n"}, 0,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, quota(folder(c.files)))
		})
	}
}

// TestIdle counts the idle time of the allowed cores alone.
func TestIdle(t *testing.T) {
	t.Parallel()
	const stat = "cpu  10 0 0 1000 100 0 0 0 0 0\ncpu0 1 0 0 500 50 0 0 0 0 0\ncpu1 1 0 0 300 50 0 0 0 0 0\n" +
		"cpu12 1 0 0 200 7 0 0 0 0 0\nintr 211462045 0 0\ncpu1 1 1 1 1 1 1\n"
	m := &meter{files: folder(map[string]string{"proc/stat": stat}), count: 2}
	m.allowed.Set(1)
	m.allowed.Set(12)
	sum, online := m.idleTime()
	require.Equal(t, 2, online)
	require.Equal(t, 5570*time.Millisecond, sum)

	for name, text := range map[string]string{
		"short": "cpu1 1 2 3 4\n", "words": "cpu1 a b c d e f\n", "another core": "cpu3 1 1 1 1 1 1\n", "bare": "cpu", "": "",
	} {
		m.files = folder(map[string]string{"proc/stat": text})
		sum, online = m.idleTime()
		require.Zero(t, sum, name)
		require.Zero(t, online, name)
	}
}

// TestWithoutProc measures what the process itself knows.
func TestWithoutProc(t *testing.T) {
	t.Parallel()
	m := &meter{files: folder(nil), affinity: unix.SchedGetaffinity}
	from := m.now()
	work(t)
	m.last.at = m.last.at.Add(-shared)
	s := m.now().Since(from)
	require.Positive(t, s.Used)
	require.GreaterOrEqual(t, s.Cores, 1.0)
	left := time.Duration(s.Cores*float64(s.Span)) - s.Used
	require.Equal(t, max(0, left), s.Idle)
}

// TestWork counts the CPU time of work, which the system itself counts.
func TestWork(t *testing.T) {
	t.Parallel()
	m := newMeter()
	from, before := m.now(), used(t)
	require.Equal(t, from, m.last)
	work(t)
	between := used(t)
	m.last.at = m.last.at.Add(-shared) // so that it is not given again
	s := m.now().Since(from)
	require.GreaterOrEqual(t, s.Used, between-before-time.Microsecond) // to which the system rounds
	require.LessOrEqual(t, s.Used, used(t)-from.used+time.Microsecond)
	require.Equal(t, s.Process, m.process)
}

// onCores returns an affinity.
func onCores(cores ...int) func(int, *unix.CPUSet) error {
	return func(_ int, set *unix.CPUSet) error {
		for _, core := range cores {
			set.Set(core)
		}
		return nil
	}
}

// TestACoreGoesOffline leaves out the moment in which the idle time of a core comes or goes.
func TestACoreGoesOffline(t *testing.T) {
	t.Parallel()
	m := &meter{process: "p"}
	start := time.Now()
	read := func(second int, text string, cores ...int) time.Duration {
		m.files, m.affinity = folder(map[string]string{"proc/stat": text}), onCores(cores...)
		m.last = m.read(start.Add(time.Duration(second) * 2 * limited))
		require.True(t, m.last.known)
		require.EqualValues(t, len(cores), m.last.cores)
		return m.last.idle
	}
	first := read(0, "cpu0 0 0 0 5000 0 0\ncpu1 0 0 0 5000 0 0\n", 0, 1)
	require.Equal(t, 500*time.Millisecond, read(1, "cpu0 0 0 0 5040 10 0\ncpu1 0 0 0 5000 0 0\n", 0, 1)-first)
	require.Equal(t, 500*time.Millisecond, read(2, "cpu0 0 0 0 5090 10 0\n", 0)-first, "unknown")
	require.Equal(t, 750*time.Millisecond, read(3, "cpu0 0 0 0 5115 10 0\n", 0)-first)
	const back = "cpu0 0 0 0 5115 10 0\ncpu1 0 0 0 9000 0 0\n"
	require.Equal(t, 750*time.Millisecond, read(4, back, 0, 1)-first, "unknown")
	require.Equal(t, 750*time.Millisecond, read(5, back, 0, 1)-first)
	require.Equal(t, 750*time.Millisecond, read(6, back, 1)-first, "the process was moved to one core")
}

// TestCoresThatAreNumberedAnew is in a container of LXC whose cores are 1 and 2 of the machine, and
// 0 and 1 in /proc/stat. Core 1 alone would seem to say that none is free.
func TestCoresThatAreNumberedAnew(t *testing.T) {
	t.Parallel()
	const stat = "cpu  0 0 0 9000 0 0\ncpu0 0 0 0 9000 0 0\ncpu1 0 0 0 0 0 0\n"
	m := &meter{process: "p", files: folder(map[string]string{"proc/stat": stat}), affinity: onCores(1, 2)}
	now := time.Now()
	from := m.read(now)
	s := m.read(now.Add(time.Hour)).Since(from)
	require.EqualValues(t, 2, s.Cores)
	require.Greater(t, s.Idle, time.Hour+time.Hour/2, "what the process has left")
}

func TestReadersShareAReading(t *testing.T) {
	t.Parallel()
	m := &meter{files: folder(nil), affinity: unix.SchedGetaffinity}
	m.now()
	m.last.at = time.Now().Add(time.Hour) // as if no time had passed
	m.last.used = 12345
	require.Equal(t, time.Duration(12345), m.now().used)
}

// work uses 50 ms of CPU time.
func work(t *testing.T) {
	t.Helper()
	for end := used(t) + 50*time.Millisecond; used(t) < end; {
	}
}

// used returns the CPU time of the process, as getrusage tells it.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	require.NoError(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkNow(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		process.now()
	}
}

func BenchmarkReading(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		process.mu.Lock()
		process.last = process.read(time.Now())
		process.mu.Unlock()
	}
}
