package material

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ceiling builds the program that only encodes.
func Ceiling(root string) (program string, err error) {
	flags, err := pkgConfig("libavformat", "libavcodec", "libavutil")
	if err != nil {
		return "", err
	}
	return build("ceiling", append([]string{"-O2", filepath.Join(root, "benchmarks/native/ceiling.c"), "-pthread"}, flags...))
}

// Kernels builds the program that runs the kernels, with libyuv where it is installed.
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
	args := append([]string{"-g", "-O2", "-O3", "-Wno-psabi", "-DPEERS", "-I", dir, filepath.Join(root, "benchmarks/native/kernels.c")}, sources...)
	if program, err = build("kernels", append(append(args, "-DLIBYUV", "-lyuv"), flags...)); err == nil {
		return program, true, nil
	}
	program, err = build("kernels", append(args, flags...))
	return program, false, err
}

func pkgConfig(libraries ...string) ([]string, error) {
	out, err := exec.Command("pkg-config", append([]string{"--cflags", "--libs"}, libraries...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config does not find FFmpeg 9: %w; run: eval \"$(bash scripts/ffmpeg.sh env)\"", err)
	}
	return strings.Fields(string(out)), nil
}

func build(name string, args []string) (program string, err error) {
	dir, err := Cache()
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, name)
	if out, err := exec.Command("gcc", append([]string{"-o", program}, append(args, "-lm")...)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return program, nil
}
