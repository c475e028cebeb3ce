package care

import (
	"io/fs"
	"math"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// folder returns the root of a file system with these files.
func folder(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// TestMemory reads what the machine has left and what control groups allow.
func TestMemory(t *testing.T) {
	t.Parallel()
	const (
		meminfo = "MemTotal:       32000000 kB\nMemFree:          100000 kB\nMemAvailable:    8000000 kB\n"
		machine = 8000000 << 10
		stat    = "anon 900\nfile 700\ninactive_anon 5\ninactive_file 600\nactive_file 100\n"
		stat1   = "cache 700\ninactive_file 9\nhierarchical_memory_limit 5000\ntotal_inactive_file 600\n"
	)
	cases := map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing is known": {nil, math.MaxInt64},
		"the machine":      {map[string]string{"proc/meminfo": meminfo}, machine},
		"a group of version 2, whose cache can be given up": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "5000\n", "sys/fs/cgroup/a/b/memory.current": "3000\n",
			"sys/fs/cgroup/a/b/memory.stat": stat,
		}, 2600},
		"a group around it has less": {map[string]string{
			"proc/self/cgroup":             "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "3000\n",
			"sys/fs/cgroup/a/memory.max": "4000\n", "sys/fs/cgroup/a/memory.current": "3500\n",
		}, 500},
		"a container that sees its own group as the root": {map[string]string{
			"proc/self/cgroup":         "0::/system.slice/docker-1234.scope\n",
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "400\n",
		}, 600},
		"a group that uses more than it may": {map[string]string{
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "1400\n",
		}, 0},
		"both versions": {map[string]string{
			"proc/self/cgroup":                 "3:cpu,memory:/a\n0::/\n",
			"sys/fs/cgroup/unified/memory.max": "900\n", "sys/fs/cgroup/unified/memory.current": "0\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "5000\n", "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "3000\n",
		}, 900},
		"a group of version 1": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/job_1\n3:cpu,cpuacct:/job_1\n",
			"sys/fs/cgroup/memory/job_1/memory.limit_in_bytes": "5000\n",
			"sys/fs/cgroup/memory/job_1/memory.usage_in_bytes": "3000\n",
			"sys/fs/cgroup/memory/job_1/memory.stat":           stat1,
		}, 2600},
		"version 1 without a limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
			"sys/fs/cgroup/memory/memory.usage_in_bytes": "3000\n",
		}, machine},
		"what nobody writes": {map[string]string{
			"proc/meminfo": "MemAvailable: many kB\n", "proc/self/cgroup": "\n0\n0::/\n",
			"sys/fs/cgroup/memory.max": "x\n", "sys/fs/cgroup/memory.current": "",
		}, math.MaxInt64},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, Memory(folder(c.files)))
		})
	}
}

// TestJobs takes the lesser of cores and memory, and at least one.
func TestJobs(t *testing.T) {
	t.Parallel()
	require.Equal(t, 16, Jobs(16, math.MaxInt64, DefaultJobMemory))
	require.Equal(t, 3, Jobs(16, 2<<30-1, DefaultJobMemory))
	require.Equal(t, 1, Jobs(16, 0, DefaultJobMemory))
	require.Equal(t, 1, Jobs(1, math.MaxInt64, 1))
	require.Positive(t, Cores())
}
