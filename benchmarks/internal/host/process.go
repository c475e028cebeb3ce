package host

import (
	"strconv"
	"strings"
	"syscall"
	"time"
)

// CPUTime returns the processor time that this process has taken, user and system.
func CPUTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails only for other arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// MemoryKiB returns a line of /proc/self/status, such as VmRSS (the memory now) or VmHWM (its
// peak), in KiB; 0 on systems that have no such file.
func MemoryKiB(key string) int64 {
	_, rest, _ := strings.Cut(read("/proc/self/status"), key+":")
	text, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseInt(text, 10, 64) // 0 is "unknown"
	return n
}
