package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// evaluate is what a user writes to let the go command find FFmpeg in this shell.
const evaluate = `env=$(bash $ffmpeg env 2>log) || { cat log; exit 1; }; eval "$env"; `

// TestLicenceFollowsTheBuild checks that a program has the licence of the FFmpeg that was asked for
// last, whatever the go command still has in its cache.
func TestLicenceFollowsTheBuild(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for range 2 {
		assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
		assert.Equal(t, "LGPL version 3\n", m.run("export AVLOOM_GPL=0; "+evaluate+"go run ."))
	}
	both := evaluate + "go run .; export AVLOOM_GPL=0; " + evaluate + "go run ."
	assert.Equal(t, "GPL version 3\nLGPL version 3\n", m.run(both), "in one shell")
}

// TestExtentOfTheBuild checks that the lean and the full build are kept apart, and what each is
// made of.
func TestExtentOfTheBuild(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("bash $ffmpeg")
	lean := m.build()
	arguments := m.read("home/.cache/avloom/ffmpeg-build.log")
	assert.Regexp(t, ` --disable-decoders --enable-decoder=\S*\bh264,.* --disable-filters `, arguments)
	assert.NotContains(t, arguments, "--disable-encoders")
	assert.NotContains(t, arguments, "--disable-muxers")
	assert.Contains(t, m.run("AVLOOM_FFMPEG=lean bash $ffmpeg"), lean, "is the default")

	out := m.run("AVLOOM_FFMPEG=full bash $ffmpeg")
	assert.Contains(t, out, "building FFmpeg")
	assert.NotContains(t, out, lean)
	arguments = m.read("home/.cache/avloom/ffmpeg-build.log")
	assert.NotContains(t, arguments, "--disable-decoders")
	assert.Contains(t, arguments, "--enable-nvdec")
	again := m.run("bash $ffmpeg; AVLOOM_FFMPEG=full bash $ffmpeg")
	assert.NotContains(t, again, "building FFmpeg")
	assert.Contains(t, again, lean)

	out, err := m.try("AVLOOM_FFMPEG=small bash $ffmpeg")
	require.Error(t, err)
	assert.Equal(t, "avloom: AVLOOM_FFMPEG=small is neither lean, which is the default, nor full\n", out)
}

func TestSystemFFmpegUnderTheGPLIsNotTakenForOneUnderTheLGPL(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("bash $ffmpeg")
	m.asSystem()
	assert.Contains(t, m.run("bash $ffmpeg"), "FFmpeg 9: of the system")
	assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
	out := m.run("AVLOOM_GPL=0 bash $ffmpeg")
	assert.Contains(t, out, "the FFmpeg 9 of this system is not under the LGPL")
	assert.NotContains(t, out, "FFmpeg 9: of the system")
	assert.Equal(t, "LGPL version 3\n", m.run("export AVLOOM_GPL=0; "+evaluate+"go run ."))
}

// asSystem makes what the script has built that of the system.
func (m *machine) asSystem() {
	m.t.Helper()
	build := m.build()
	require.NoError(m.t, os.Rename(build, m.path("usr")))
	files, err := filepath.Glob(m.path("usr/lib/pkgconfig/*.pc"))
	require.NoError(m.t, err)
	for _, file := range files {
		text := strings.ReplaceAll(m.read("usr/lib/pkgconfig/"+filepath.Base(file)), build, m.path("usr"))
		m.write("libraries/"+filepath.Base(file), text)
	}
}

// build is the folder of the only FFmpeg in the cache.
func (m *machine) build() string {
	m.t.Helper()
	builds, err := filepath.Glob(m.path("home/.cache/avloom/ffmpeg-9-*"))
	require.NoError(m.t, err)
	require.Len(m.t, builds, 1)
	return builds[0]
}

func TestExportsKeepWhatTheUserHas(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	show := `echo "$CGO_CPPFLAGS"; echo "$PKG_CONFIG_PATH"`
	first := strings.Split(m.run(evaluate+show), "\n")
	assert.Regexp(t, `^-DAVLOOM_FFMPEG_BUILD=[0-9a-f]{12}$`, first[0])
	assert.Equal(t, m.build()+"/lib/pkgconfig", first[1])

	m.variables["CGO_CPPFLAGS"], m.variables["PKG_CONFIG_PATH"] = `-I/mine "-DA=b c"`, "/mine:/more"
	another := "export AVLOOM_GPL=0; " + evaluate + "unset AVLOOM_GPL; " + evaluate
	for name, lines := range map[string]string{
		"once": evaluate, "twice": evaluate + evaluate, "after another": another,
	} {
		mine := strings.Split(m.run(lines+show), "\n")
		assert.Equal(t, `-I/mine "-DA=b c" `+first[0], mine[0], name)
		assert.Equal(t, first[1]+":/mine:/more", mine[1], name)
	}

	delete(m.variables, "CGO_CPPFLAGS")
	m.write("home/goenv", "CGO_CPPFLAGS=-I/mine\n")
	assert.Equal(t, "-I/mine "+first[0], strings.Split(m.run(evaluate+show), "\n")[0], "by go env -w")
}

func TestCacheThatWasMoved(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(evaluate + "go run .")
	require.NoError(t, os.Rename(m.path("home/.cache"), m.path("elsewhere")))
	m.variables["XDG_CACHE_HOME"] = m.path("elsewhere")
	delete(m.variables, "AVLOOM_FFMPEG_TARBALL")
	assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
}

func TestFFmpegThatIsGone(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	out, err := m.try(evaluate + "go run .; bash $ffmpeg clean; go run -ldflags=-s .")
	require.Error(t, err)
	assert.Contains(t, out, "cannot find "+m.path("home/.cache/avloom/ffmpeg-9-"))
	assert.Contains(t, out, "/this-FFmpeg-is-gone--run-scripts-ffmpeg.sh-again/libavdevice.a: No such file or directory\n")
	assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
}

func TestWhatIsMissingIsNamedInOneLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		remove []string
		want   string
	}{
		"a library": {
			[]string{"libraries/x265.pc"},
			"avloom: missing here: x265.pc. There is no apt-get: " +
				"install by hand what these Debian packages hold: libx265-dev\n",
		},
		"a program": {[]string{"bin/nasm"}, "missing here: nasm. There"},
		"pkg-config": {
			[]string{"bin/pkg-config", "libraries/x264.pc"},
			"missing here: pkg-config. There",
		},
		"two": {[]string{"libraries/vpx.pc", "bin/xz"}, "missing here: xz vpx.pc. There"},
		"nvenc's": {
			[]string{"libraries/ffnvcodec.pc"},
			"avloom: no headers for nvenc found: install nv-codec-headers >= 11.1.5.3, " +
				"so that pkg-config finds ffnvcodec, or set AVLOOM_NVENC=0",
		},
		"what tls has": {[]string{"libraries/srt.pc"}, "missing here: srt.pc. There"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			for _, file := range c.remove {
				require.NoError(t, os.Remove(m.path(file)))
			}
			out, err := m.try("bash $ffmpeg env")
			require.Error(t, err)
			assert.Contains(t, out, c.want)
			assert.Equal(t, 1, strings.Count(out, "\n"), "%s", out)
		})
	}
}

func TestHeaderThatIsMissing(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	gcc, err := exec.LookPath("gcc")
	require.NoError(t, err)
	require.NoError(t, os.Remove(m.path("bin/gcc")))
	m.write("bin/gcc", "#!/bin/sh\ncase \"$*\" in *lame/lame.h*) exit 1 ;; esac\nexec "+gcc+" \"$@\"\n")
	out, err := m.try("bash $ffmpeg env")
	require.Error(t, err)
	assert.Equal(t, "avloom: missing here: lame/lame.h. There is no apt-get: "+
		"install by hand what these Debian packages hold: libmp3lame-dev\n", out)
}

func TestWhatIsNotAskedForIsNotMissed(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for _, file := range []string{"x264", "x265", "gnutls", "srt", "ffnvcodec"} {
		require.NoError(t, os.Remove(m.path("libraries/"+file+".pc")))
	}
	assert.Equal(t, "LGPL version 3\n", m.run("export AVLOOM_GPL=0 AVLOOM_TLS=0 AVLOOM_NVENC=0; "+evaluate+"go run ."))
}
