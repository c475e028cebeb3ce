package cudatest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// librariesKey is the variable that names a folder with the compiled stand-in, for machines that
// have a GPU and no headers.
const librariesKey = "AVLOOM_STANDIN_LIBRARIES"

// build compiles the stand-in, and returns its folder. If it cannot be compiled, the test is
// skipped with the reason.
func build(t *testing.T) string {
	t.Helper()
	if made := os.Getenv(librariesKey); made != "" {
		out := t.TempDir()
		require.NoError(t, os.CopyFS(out, os.DirFS(made)))
		return out
	}
	headers := headers(t)
	for _, library := range []string{"x264", "x265", "aom"} {
		if exec.Command("pkg-config", "--exists", library).Run() != nil {
			t.Skip("the stand-in for NVENC encodes with " + library + ", whose headers are not here")
		}
	}
	root, out := root(t), t.TempDir()
	source := func(names ...string) []string {
		for i, name := range names {
			names[i] = filepath.Join(root, "gpu/testdata", name+".c")
		}
		return names
	}
	compile := func(compiler, to string, args ...string) string {
		to = filepath.Join(out, to)
		kernels := filepath.Join(root, "gpu/kernel")
		options := []string{"-O2", "-g", "-Wall", "-fPIC", "-I" + headers, "-I" + kernels, "-o", to}
		run(t, compiler, append(options, args...)...)
		return to
	}
	shared := []string{"-shared", "-fvisibility=hidden"}
	var kernels []string
	for i, kernel := range kernelSources(t, root) {
		kernels = append(kernels, compile("g++", string(rune('a'+i))+".o", "-c", "-x", "c++", kernel))
	}
	compile("gcc", string(Driver), slices.Concat(shared, []string{"-Wl,-soname," + string(Driver)},
		source("common", "cuda", "streams", "modules", "unused"), kernels, []string{"-lpthread", "-ldl", "-lm"})...)
	compile("gcc", string(Encoder), slices.Concat(shared, []string{"-Wl,-soname," + string(Encoder)},
		source("common", "nvenc", "pictures", "x264", "x265", "aom"),
		[]string{"-L" + out, "-l:" + string(Driver), "-lx264", "-lx265", "-laom"})...)
	return out
}

// headers returns the folder of the nvenc headers with which FFmpeg was compiled.
func headers(t *testing.T) string {
	t.Helper()
	for _, from := range [][2]string{{"libavutil", "/ffnvcodec"}, {"ffnvcodec", "/ffnvcodec"}} {
		include, err := exec.Command("pkg-config", "--variable=includedir", from[0]).Output()
		dir := strings.TrimSpace(string(include)) + from[1]
		if _, missing := os.Stat(filepath.Join(dir, "nvEncodeAPI.h")); err == nil && missing == nil {
			return dir
		}
	}
	t.Skip("the stand-in for the NVIDIA driver needs the headers of nvenc, which are not here; " +
		"scripts/ffmpeg.sh keeps them")
	return ""
}

// kernelSources returns all kernels in CUDA C. The stand-in runs them compiled as C++.
func kernelSources(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"gpu/kernel/*.cu", "examples/*/*.cu"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		all = append(all, found...)
	}
	return all
}

// root returns the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, "/", dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	require.Empty(t, string(out), "warnings of %s", name)
}
