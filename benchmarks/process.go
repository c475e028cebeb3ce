package main

import (
	"os"
	"runtime/pprof"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
)

// processTime returns the processor time that this process has taken, user and system.
func processTime() time.Duration { return host.CPUTime() }

// memory returns a line of /proc/self/status, in KiB; 0 on systems that have no such file.
func memory(key string) int64 { return host.MemoryKiB(key) }

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
