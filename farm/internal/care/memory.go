package care

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// Memory returns how many bytes of memory the process can still get: what the machine has left, and
// what the control groups of the process allow. files is the root of the file system. Where the
// system tells neither, the amount is math.MaxInt64.
func Memory(files fs.FS) int64 {
	least := available(files)
	for _, line := range lines(files, "proc/self/cgroup") {
		_, rest, _ := strings.Cut(line, ":")
		controllers, group, _ := strings.Cut(rest, ":")
		switch {
		case controllers == "":
			least = min(least, unified().least(files, group))
		case strings.Contains(","+controllers+",", ",memory,"):
			least = min(least, legacy().least(files, group))
		}
	}
	return max(0, least)
}

// available returns MemAvailable of /proc/meminfo, which counts the caches that can be given up.
func available(files fs.FS) int64 {
	for _, line := range lines(files, "proc/meminfo") {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			if kib := number(strings.TrimSuffix(strings.TrimSpace(rest), " kB")); kib >= 0 {
				return kib << 10
			}
		}
	}
	return math.MaxInt64
}

// hierarchy is where a version (2: unified, 1: legacy) of control groups tells of memory.
type hierarchy struct {
	roots        []string // folders of the group "/"
	limit, usage string   // files
	cache        string   // in memory.stat: what is counted as used and can be given up
}

func unified() hierarchy {
	return hierarchy{
		roots: []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"},
		limit: "memory.max", usage: "memory.current", cache: "inactive_file ",
	}
}

func legacy() hierarchy {
	return hierarchy{
		roots: []string{"sys/fs/cgroup/memory"},
		limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file ",
	}
}

// least returns what a group and those around it have left. In a container the path of a group may
// be that outside of it, where nothing lies inside; the root is then its own group.
func (h hierarchy) least(files fs.FS, group string) int64 {
	least := int64(math.MaxInt64)
	for folder := path.Clean("/" + group); ; folder = path.Dir(folder) {
		for _, root := range h.roots {
			least = min(least, h.left(files, path.Join(root, folder)))
		}
		if folder == "/" {
			return least
		}
	}
}

// left returns what a group has left. A group without a limit tells "max", or a number near the
// largest.
func (h hierarchy) left(files fs.FS, folder string) int64 {
	limit, used := first(files, path.Join(folder, h.limit)), first(files, path.Join(folder, h.usage))
	if limit < 0 || used < 0 {
		return math.MaxInt64
	}
	for _, line := range lines(files, path.Join(folder, "memory.stat")) {
		if rest, ok := strings.CutPrefix(line, h.cache); ok {
			used -= max(0, number(rest))
		}
	}
	return max(0, limit-max(0, used))
}

// first returns the number in the first line of a file; -1: there is none.
func first(files fs.FS, name string) int64 {
	l := lines(files, name)
	if len(l) == 0 {
		return -1
	}
	return number(l[0])
}

// number returns -1 for a text that is no number.
func number(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// lines returns the lines of a file; none if it cannot be read.
func lines(files fs.FS, name string) []string {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
