// Package host describes the machine that something is measured on, and how busy it is. It reads
// Linux's /proc; on other systems the figures are 0.
package host

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// Host describes a machine.
type Host struct {
	Class  string `json:"class"` // such as 2-core-amd-epyc-avx512; machines of one class measure alike
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_mib"`
	System string `json:"system"`
}

// This returns the machine that the program runs on.
func This() Host {
	h := parse(read("/proc/cpuinfo"), runtime.NumCPU())
	h.System = runtime.GOOS + "/" + runtime.GOARCH + " " + strings.TrimSpace(read("/proc/sys/kernel/osrelease"))
	for line := range strings.Lines(read("/proc/meminfo")) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64) // 0 is "unknown"
			h.Memory = kib >> 10
		}
	}
	return h
}

func read(name string) string {
	text, _ := os.ReadFile(name) // other systems have no such file
	return string(text)
}

// parse returns the host that Linux's /proc/cpuinfo describes.
func parse(cpuinfo string, cores int) Host {
	h := Host{CPU: runtime.GOARCH, Cores: cores}
	level := runtime.GOARCH
	for line := range strings.Lines(cpuinfo) {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "model name":
			h.CPU = strings.TrimSpace(value)
		case "flags":
			level = simd(" " + strings.TrimSpace(value) + " ")
		}
	}
	h.Class = strconv.Itoa(cores) + "-core-" + slug(h.CPU) + "-" + level
	return h
}

// simd returns the widest vector instructions that avloom's kernels use: avx512, avx2 or sse.
func simd(flags string) string {
	for _, flag := range []string{"avx512bw", "avx2"} {
		if strings.Contains(flags, " "+flag+" ") {
			return strings.TrimSuffix(flag, "bw")
		}
	}
	return "sse"
}

var (
	noise = regexp.MustCompile(`(?i)\((r|tm)\)|\b(cpu|processor)\b|@.*|\d+-core`)
	other = regexp.MustCompile(`[^a-z0-9]+`)
)

func slug(name string) string {
	return strings.Trim(other.ReplaceAllString(strings.ToLower(noise.ReplaceAllString(name, "")), "-"), "-")
}

// Load returns how many threads wanted to run, on average over the last minute; 0 where the system
// does not say.
func Load() float64 {
	first, _, _ := strings.Cut(read("/proc/loadavg"), " ")
	load, _ := strconv.ParseFloat(first, 64) // 0 is "unknown"
	return load
}
