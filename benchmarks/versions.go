package main

import (
	"os/exec"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/material"
)

// versions returns the versions of the programs and libraries that are measured, by name. Those
// that are not installed are left out.
func versions(root string) map[string]string {
	v := map[string]string{}
	if program, err := material.FFmpeg("ffmpeg"); err == nil {
		out, _ := exec.Command(program, "-version").Output() // a broken program shows when it is to encode
		if match := regexp.MustCompile(`version (\S+)`).FindSubmatch(out); match != nil {
			v["FFmpeg"] = string(match[1])
		}
	}
	for name, command := range map[string][]string{
		"x264":   {"pkg-config", "--modversion", "x264"},
		"avloom": {"git", "-C", root, "rev-parse", "--short", "HEAD"},
		"gcc":    {"gcc", "-dumpfullversion"},
	} {
		if out, err := exec.Command(command[0], command[1:]...).Output(); err == nil {
			v[name] = strings.TrimSpace(string(out))
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v["Go"] = info.GoVersion
	}
	return v
}
