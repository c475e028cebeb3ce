// Package needs_test builds avloom where one of its requirements is missing, and checks the
// messages of the go command.
package needs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const api = "github.com/avloom/avloom/api"

// build builds a package with these environment variables, and returns the output of the go
// command.
func build(t *testing.T, pkg string, variables ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", os.DevNull, pkg)
	cmd.Env = append(os.Environ(), variables...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestOtherPlatforms(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string][]string{
		"macOS":           {"GOOS=darwin"},
		"Windows":         {"GOOS=windows"},
		"another machine": {"GOARCH=riscv64"},
		"without cgo":     {"CGO_ENABLED=0"},
		"macOS with cgo":  {"GOOS=darwin", "CGO_ENABLED=1"},
	} {
		for _, pkg := range []string{api, "github.com/avloom/avloom/muxer", "github.com/avloom/avloom/examples/quickstart"} {
			t.Run(name+" "+filepath.Base(pkg), func(t *testing.T) {
				t.Parallel()
				out, err := build(t, pkg, variables...)
				require.Error(t, err)
				lines := strings.Split(strings.TrimSpace(out), "\n")
				assert.Contains(t, lines[len(lines)-1], "imports github.com/avloom/avloom/internal/needs/"+
					"linux-with-cgo--see-README: build constraints exclude all Go files")
				assert.Equal(t, 1, strings.Count(out, ": "), "one error, and how it comes about: %s", out)
				assert.NotContains(t, out, "undefined")
			})
		}
	}
}

// A definition that only this test sets keeps the go command from using its cache.
const uncached = "CGO_CPPFLAGS=-DAVLOOM_NEEDS_TEST"

const hint = "# github.com/avloom/avloom/internal/needs/ffmpeg-9--run-scripts-ffmpeg.sh-setup\n"

func TestWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	out, err := build(t, api, uncached, "PKG_CONFIG_LIBDIR="+t.TempDir(), "PKG_CONFIG_PATH=")
	require.Error(t, err)
	assert.Contains(t, out, hint)
	assert.Contains(t, out, "Package libavcodec was not found")

	out, err = build(t, api, uncached, "PKG_CONFIG="+filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
	assert.Contains(t, out, "internal/needs/ffmpeg-9--run-scripts-ffmpeg.sh-setup: exec: ")
}

func TestAnotherFFmpeg(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "libavcodec"), 0o755))
	for _, name := range []string{"version.h", "version_major.h"} {
		header := []byte("#define LIBAVCODEC_VERSION_MAJOR 61\n")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "libavcodec", name), header, 0o644))
	}
	pc := "Name: libavcodec\nDescription: of FFmpeg 7\nVersion: 61\nLibs:\nCflags: -I" + dir + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "libavcodec.pc"), []byte(pc), 0o644))
	out, err := build(t, "github.com/avloom/avloom/internal/needs/ffmpeg-9--run-scripts-ffmpeg.sh-setup",
		uncached, "PKG_CONFIG_LIBDIR="+dir, "PKG_CONFIG_PATH=")
	require.Error(t, err)
	assert.Contains(t, out, "avloom needs FFmpeg 9 (libavcodec 63), and found another; "+
		"provide it with: bash scripts/ffmpeg.sh setup")
}
