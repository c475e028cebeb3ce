package main

import (
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// processTime returns the processor time that this process has taken, user and system.
func processTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails only for other arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory returns a line of /proc/self/status, in KiB; 0 on systems that have no such file.
func memory(key string) int64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), key+":")
	text, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// profile writes a processor profile of this worker into the folder that AVLOOM_BENCH_PROFILE
// names, until stop is called. Where the variable is not set, it does nothing.
func profile() (stop func(), err error) {
	dir := os.Getenv("AVLOOM_BENCH_PROFILE")
	if dir == "" {
		return func() {}, nil
	}
	f, err := os.CreateTemp(dir, "avloom-*.pprof")
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}
