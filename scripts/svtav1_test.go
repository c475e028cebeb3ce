package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newMachineWithOldSVTAV1 returns a machine whose distribution has an SVT-AV1 of this version. Its
// SVT-AV1 can be built in a moment, from a tarball in the folder that "tarball" returns.
func newMachineWithOldSVTAV1(t *testing.T, version string) *machine {
	t.Helper()
	m := newMachine(t)
	m.distributionSVTAV1(version)
	// The first call of cmake configures, with the prefix as its last argument. The last one installs.
	m.write("bin/cmake", `#!/usr/bin/env bash
set -euo pipefail
case $1 in
--build) exit ;;
--install)
	echo compiled >>`+m.path("compiled")+`
	prefix=$(cat "$2/prefix")
	mkdir -p "$prefix/lib" "$prefix/include/svt-av1"
	echo 'int svtav1;' | gcc -x c -c -o "$2/o.o" -
	ar rc "$prefix/lib/libSvtAv1Enc.a" "$2/o.o" ;;
*)
	while [ "$1" != -B ]; do shift; done
	mkdir -p "$2"
	printf %s "${!##*=}" >"$2/prefix" ;;
esac
`)
	return m
}

// distributionSVTAV1 lets pkg-config find this version of SVT-AV1.
func (m *machine) distributionSVTAV1(version string) {
	m.t.Helper()
	m.write("libraries/SvtAv1Enc.pc", "Name: SvtAv1Enc\nDescription: SVT-AV1\nVersion: "+version+"\nLibs:\n")
}

// svtav1Tarball writes a stand-in for the source of a version of SVT-AV1, and returns its path.
func (m *machine) svtav1Tarball(version string) string {
	m.t.Helper()
	folder := "SVT-AV1-v" + version
	m.write(folder+"/CMakeLists.txt", "project(svt-av1 VERSION "+version+"\n    LANGUAGES C)\n")
	m.write(folder+"/LICENSE.md", "BSD 3-Clause Clear License\n")
	m.write(folder+"/PATENTS.md", "Alliance for Open Media Patent License 1.0\n")
	m.write(folder+"/Source/CMakeLists.txt", "project(svt-av1 VERSION 0)\n")
	tarball := m.path(folder + ".tar")
	out, err := exec.Command("tar", "-cf", tarball, "-C", m.dir, folder).CombinedOutput()
	require.NoError(m.t, err, "%s", out)
	return tarball
}

// compiled is how often SVT-AV1 was compiled.
func (m *machine) compiled() int {
	text, err := os.ReadFile(m.path("compiled"))
	if err != nil {
		return 0
	}
	return len(text) / len("compiled\n")
}

// TestOldSVTAV1IsReplaced checks that FFmpeg is linked with an SVT-AV1 that the script has built,
// where that of the distribution is old. The build needs nothing else of the cache.
func TestOldSVTAV1IsReplaced(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.9.0", "1.4.1", "2.2.1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			m := newMachineWithOldSVTAV1(t, version)
			m.variables["AVLOOM_SVTAV1_TARBALL"] = m.svtav1Tarball("2.3.0")
			out := m.run("bash $ffmpeg")
			assert.Contains(t, out, "building SVT-AV1 2.3.0")
			m.requireOwnSVTAV1()

			delete(m.variables, "AVLOOM_SVTAV1_TARBALL")
			require.NotContains(t, m.run("bash $ffmpeg"), "building", "the build is found without the tarball")
			caches, err := filepath.Glob(m.path("home/.cache/avloom/svtav1-2.3.0-*"))
			require.NoError(t, err)
			require.Len(t, caches, 1)
			require.NoError(t, os.RemoveAll(caches[0]))
			require.NoError(t, os.Rename(m.path("home/.cache"), m.path("elsewhere")))
			m.variables["XDG_CACHE_HOME"] = m.path("elsewhere")
			assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
			assert.Equal(t, 1, m.compiled())
		})
	}
}

// requireOwnSVTAV1 checks that the only FFmpeg in the cache is linked with an SVT-AV1 that lies
// beside it, with its licence.
func (m *machine) requireOwnSVTAV1() {
	m.t.Helper()
	build := m.build()
	libs := m.run("PKG_CONFIG_PATH=" + build + "/lib/pkgconfig pkg-config --libs libavcodec")
	require.Contains(m.t, libs, " "+build+"/lib/libSvtAv1Enc.a ")
	require.NotContains(m.t, libs, "/svtav1-")
	require.FileExists(m.t, build+"/lib/libSvtAv1Enc.a")
	for _, name := range []string{"LICENSE.md", "PATENTS.md"} {
		require.FileExists(m.t, build+"/share/licenses/svt-av1/"+name)
	}
}

// TestCurrentSVTAV1IsKept checks that a current one of the distribution is used, as on Debian 13,
// and an old one if the user says so.
func TestCurrentSVTAV1IsKept(t *testing.T) {
	t.Parallel()
	for version, variable := range map[string]string{
		"2.3.0": "", "2.10.0": "", "3.1.2": "", "4.2.0": "", "1.4.1": "AVLOOM_SVTAV1=system",
	} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			m := newMachineWithOldSVTAV1(t, version)
			out := m.run("export " + variable + "; bash $ffmpeg")
			assert.NotContains(t, out, "SVT-AV1")
			assert.NoFileExists(t, m.build()+"/lib/libSvtAv1Enc.a")
			assert.Zero(t, m.compiled())
		})
	}
}

// TestSVTAV1ThatCannotBeHad checks that FFmpeg is then built with the distribution's, that this is
// said, and that the next call neither tries again nor forgets.
func TestSVTAV1ThatCannotBeHad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines string
		want  string
	}{
		"no source":      {"#!/bin/sh\nexit 7\n", "avloom: no source of SVT-AV1 2.3.0 found; download https://"},
		"another source": {"#!/bin/sh\nwhile [ $1 != -o ]; do shift; done\necho other >$2\n", "its SHA-256 should be ebb0b484"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachineWithOldSVTAV1(t, "1.4.1")
			require.NoError(t, os.Remove(m.path("bin/curl")))
			m.write("bin/curl", c.lines)
			out := m.run("bash $ffmpeg")
			assert.Contains(t, out, c.want)
			assert.Contains(t, out, "avloom: FFmpeg gets the distribution's SVT-AV1 instead\n")
			assert.NoFileExists(t, m.build()+"/lib/libSvtAv1Enc.a")

			again := m.run("bash $ffmpeg env")
			assert.Contains(t, again, "FFmpeg was built with the distribution's SVT-AV1, since 2.3.0 could not be had or built")
			assert.NotContains(t, again, "downloading")
			assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."))
			system := m.run("AVLOOM_SVTAV1=system bash $ffmpeg")
			assert.NotContains(t, system, "building FFmpeg", "is the same build")
			assert.NotContains(t, system, "SVT-AV1")
			assert.Contains(t, m.run("AVLOOM_SVTAV1_TARBALL="+m.svtav1Tarball("2.3.0")+" bash $ffmpeg"), "building SVT-AV1 2.3.0")
			assert.NotContains(t, m.run("bash $ffmpeg"), "SVT-AV1", "from now on there is one")
		})
	}
}

// TestSVTAV1ThatDoesNotCompile checks that FFmpeg gets the distribution's then, too.
func TestSVTAV1ThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	m := newMachineWithOldSVTAV1(t, "1.4.1")
	m.write("bin/cmake", "#!/bin/sh\necho the compiler is broken\nexit 1\n")
	out := m.run("AVLOOM_SVTAV1_TARBALL=" + m.svtav1Tarball("2.3.0") + " bash $ffmpeg")
	assert.Contains(t, out, "avloom: SVT-AV1 2.3.0 could not be built; ")
	assert.Contains(t, out, "ends with: the compiler is broken\n")
	assert.Contains(t, out, "FFmpeg gets the distribution's SVT-AV1 instead")
	assert.NoFileExists(t, m.build()+"/lib/libSvtAv1Enc.a")
}

// TestBuildsOfSVTAV1AreKeptApart checks that each version has a build of its own, that the licences
// of FFmpeg share one compiled SVT-AV1, and that clean removes all.
func TestBuildsOfSVTAV1AreKeptApart(t *testing.T) {
	t.Parallel()
	m := newMachineWithOldSVTAV1(t, "1.4.1")
	m.variables["AVLOOM_SVTAV1_TARBALL"] = m.svtav1Tarball("2.3.0")
	m.run("bash $ffmpeg")
	first := m.build()
	assert.Contains(t, m.run("AVLOOM_GPL=0 bash $ffmpeg"), "building FFmpeg")
	assert.Equal(t, 1, m.compiled())

	out := m.run("bash $ffmpeg", "AVLOOM_SVTAV1_TARBALL="+m.svtav1Tarball("4.2.0"))
	assert.Contains(t, out, "building SVT-AV1 4.2.0")
	assert.NotContains(t, out, first)
	assert.Equal(t, 2, m.compiled())
	assert.Contains(t, m.run("bash $ffmpeg"), first)

	m.run("bash $ffmpeg clean")
	left, err := filepath.Glob(m.path("home/.cache/avloom/*/lib"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestVariablesOfSVTAV1AreChecked(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"AVLOOM_SVTAV1=2.3.0":                   "avloom: AVLOOM_SVTAV1=2.3.0 is not system, the only value it takes\n",
		"AVLOOM_SVTAV1_TARBALL=/no/such":        "avloom: AVLOOM_SVTAV1_TARBALL names /no/such, which cannot be read\n",
		"AVLOOM_SVTAV1_TARBALL=../ffmpeg-9.tar": "avloom: AVLOOM_SVTAV1_TARBALL names ../ffmpeg-9.tar, which is no source of SVT-AV1\n",
	} {
		m := newMachineWithOldSVTAV1(t, "1.4.1")
		out, err := m.try(variable + " bash $ffmpeg")
		require.Error(t, err, variable)
		assert.Equal(t, want, out)
	}
}
