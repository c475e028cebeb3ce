package material

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ceiling builds the program in C that only encodes, and returns its path. The environment variable
// AVLOOM_CEILING names the program where it cannot be built.
func Ceiling(root string) (program string, err error) {
	if made := os.Getenv("AVLOOM_CEILING"); made != "" {
		return made, nil
	}
	flags, err := pkgConfig("libavformat", "libavcodec", "libavutil")
	if err != nil {
		return "", err
	}
	args := []string{"-O2", filepath.Join(root, "benchmarks/native/ceiling.c"), "-pthread"}
	return build("ceiling", append(args, flags...))
}

// Kernels builds the program in C that runs the conversion kernels, and returns its path. libyuv
// says whether libyuv is installed, and is in the program.
func Kernels(root string) (program string, libyuv bool, err error) {
	flags, err := pkgConfig("libswscale", "libavutil")
	if err != nil {
		return "", false, err
	}
	dir := filepath.Join(root, "internal/rgbyuv")
	sources, err := filepath.Glob(filepath.Join(dir, "*.c"))
	if err != nil {
		return "", false, err
	}
	args := []string{
		"-g", "-O2", "-O3", "-Wno-psabi", "-DPEERS", "-I", dir, filepath.Join(root, "benchmarks/native/kernels.c"),
	}
	args = append(args, sources...)
	program, err = build("kernels", append(append(args, "-DLIBYUV", "-lyuv"), flags...))
	if err == nil {
		return program, true, nil
	}
	program, err = build("kernels", append(args, flags...))
	return program, false, err
}

func pkgConfig(libraries ...string) ([]string, error) {
	out, err := exec.Command("pkg-config", append([]string{"--cflags", "--libs"}, libraries...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("find FFmpeg 9 with pkg-config: %w; run: eval \"$(bash scripts/ffmpeg.sh env)\"", err)
	}
	return strings.Fields(string(out)), nil
}

// build compiles a program into the cache.
func build(name string, args []string) (program string, err error) {
	dir, err := Cache()
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, name)
	args = append(append([]string{"-o", program}, args...), "-lm")
	out, err := exec.Command("gcc", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return program, nil
}
