// Package scripts_test runs the scripts on stand-ins for machines. These have the programs of this
// machine, but for those that a test leaves out, and a source of FFmpeg that is built in a moment.
package scripts_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// machine has no apt-get and no dpkg, but everything that FFmpeg is built with. Its user has a
// home, settings of the go command, and a program that prints the licence of the FFmpeg it is
// linked with.
type machine struct {
	t         *testing.T
	dir       string
	variables map[string]string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir()}
	m.variables = map[string]string{
		"HOME": m.path("home"), "PATH": m.path("bin") + ":" + programs,
		"CPATH": m.path("include"), "PKG_CONFIG_LIBDIR": m.path("libraries"),
		"GOENV": m.path("home/goenv"), "GOFLAGS": "", "GOTOOLCHAIN": "local",
		"GOCACHE": goEnv(t, "GOCACHE"), "GOMODCACHE": goEnv(t, "GOMODCACHE"),
		"AVLOOM_FFMPEG_TARBALL": m.path("ffmpeg-9.tar"), "TMPDIR": os.TempDir(),
	}
	m.programs()
	for _, name := range []string{
		"vpx", "aom", "SvtAv1Enc", "dav1d", "opus", "vorbisenc", "libwebpmux", "zlib", "gnutls", "srt", "x264", "x265",
		"ffnvcodec",
	} {
		m.write("libraries/"+name+".pc", "includedir="+m.path("include")+
			"\nName: "+name+"\nDescription: "+name+"\nVersion: 99\nLibs:\nCflags:\n")
	}
	m.write("include/lame/lame.h", "")
	m.write("include/ffnvcodec/nvEncodeAPI.h", "")
	m.write("program/go.mod", "module program\n\ngo 1.26\n")
	m.write("program/main.go", "package main\n\nimport \"program/license\"\n\nfunc main() { println(license.Of()) }\n")
	m.write("program/license/license.go", `package license

//#cgo pkg-config: libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil
//#include <libavcodec/avcodec.h>
import "C"

func Of() string { return C.GoString(C.avcodec_license()) }
`)
	tarball := exec.Command("tar", "-cf", m.path("ffmpeg-9.tar"), "-C", "testdata", "ffmpeg")
	out, err := tarball.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return m
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// programs is the folder of the programs that all machines have: those of this one, without apt and
// dpkg.
var programs string

// own are the programs that a test may take from its machine.
var own = []string{"nasm", "xz", "curl", "pkg-config", "gcc"}

func TestMain(m *testing.M) {
	code, err := testWithPrograms(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func testWithPrograms(m *testing.M) (code int, err error) {
	if programs, err = os.MkdirTemp("", "avloom-programs-"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(programs)) }()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, _ := os.ReadDir(dir) // a PATH may name what is not there
		for _, e := range entries {
			name := e.Name()
			if strings.HasPrefix(name, "apt") || strings.HasPrefix(name, "dpkg") || slices.Contains(own, name) {
				continue
			}
			if err := os.Symlink(filepath.Join(dir, name), filepath.Join(programs, name)); err != nil && !os.IsExist(err) {
				return 0, err
			}
		}
	}
	return m.Run(), nil
}

// programs gives the machine those programs that a test may take away. Stand-ins serve for nasm,
// curl and xz, which this machine lacks if its FFmpeg is the system's.
func (m *machine) programs() {
	m.t.Helper()
	for _, name := range own {
		at, err := exec.LookPath(name)
		switch name {
		case "nasm", "curl", "xz":
			at, err = exec.LookPath("true")
		}
		require.NoError(m.t, err)
		require.NoError(m.t, os.MkdirAll(m.path("bin"), 0o755))
		require.NoError(m.t, os.Symlink(at, m.path("bin/"+name)))
	}
}

func (m *machine) path(name string) string { return filepath.Join(m.dir, name) }

func (m *machine) write(name, text string) {
	m.t.Helper()
	require.NoError(m.t, os.MkdirAll(filepath.Dir(m.path(name)), 0o755))
	require.NoError(m.t, os.WriteFile(m.path(name), []byte(text), 0o755))
}

func (m *machine) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(m.path(name))
	require.NoError(m.t, err)
	return string(text)
}

// try runs lines of a shell, where $ffmpeg is the script, and returns what they print.
func (m *machine) try(lines string, variables ...string) (string, error) {
	m.t.Helper()
	script, err := filepath.Abs("ffmpeg.sh")
	require.NoError(m.t, err)
	cmd := exec.Command("bash", "-euc", lines)
	cmd.Dir = m.path("program")
	for name, value := range m.variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(slices.Concat(cmd.Env, variables), "ffmpeg="+script)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run is try for what must succeed.
func (m *machine) run(lines string, variables ...string) string {
	m.t.Helper()
	out, err := m.try(lines, variables...)
	require.NoError(m.t, err, "%s", out)
	return out
}
