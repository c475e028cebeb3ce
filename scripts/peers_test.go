package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peersMachine is a machine with a stand-in for Python: a script whose virtual environment has the
// same script. Its pip notes what it is asked for. It cannot install the requirements that REFUSED
// names, and with torchcodec it installs what the folder torch has.
type peersMachine struct{ *machine }

func newPeersMachine(t *testing.T) peersMachine {
	t.Helper()
	m := peersMachine{newMachine(t)}
	m.variables["AVLOOM_PEERS_PYTHON"] = m.path("bin/python3")
	m.variables["AVLOOM_PEERS_DISTRIBUTION"] = "0"
	m.write("bin/python3", `#!/usr/bin/env bash
set -euo pipefail
case "$*" in
*version_info\[:2\]*base_prefix*) echo 3.11 here ;;
*version_info\[:2\]*) echo "${PYTHON_IS:-3.11}" ;;
*version_info*) [ "${PYTHON_IS:-3.11}" != 3.10 ] ;;
*ensurepip*) ;;
'-m venv --clear '*)
	rm -rf "$4"
	mkdir -p "$4/bin" "$4/lib/python3.11/site-packages"
	cp "$0" "$4/bin/python" ;;
'-m pip --version') [ ! -e "$(dirname "$0")/../without-pip" ] ;;
'-m pip install '*)
	echo "$@" >>`+m.path("pip")+`
	for requirements; do :; done
	if [ "$(basename "$requirements")" = "${REFUSED:-}" ]; then
		echo "ERROR: no such wheel" >&2
		exit 1
	fi
	if [ "$(basename "$requirements")" = peers-torchcodec.txt ] && [ -d `+m.path("torch")+` ]; then
		cp -r `+m.path("torch")+` "$(dirname "$0")/../lib/python3.11/site-packages/"
	fi ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
`)
	return m
}

// peers returns what "peers.sh env" exports, by name, and what it says.
func (m peersMachine) peers(variables ...string) (exports map[string]string, messages string) {
	m.t.Helper()
	messages = m.run(`bash "$(dirname "$ffmpeg")/peers.sh" env >exports`, variables...)
	exports = map[string]string{}
	for line := range strings.Lines(m.read("program/exports")) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		exports[name] = value
	}
	return exports, messages
}

func (m peersMachine) asked() string {
	text, _ := os.ReadFile(m.path("pip")) // there is no file until pip is asked
	return string(text)
}

func TestPeersAreInstalledOnce(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	exports, messages := m.peers()
	assert.DirExists(t, exports["AVLOOM_PEERS"])
	assert.Contains(t, messages, "installing PyAV, OpenCV and imageio-ffmpeg")
	assert.Contains(t, messages, "installing torchcodec")
	asked := m.asked()
	assert.Equal(t, 2, strings.Count(asked, "--no-deps --only-binary :all: --require-hashes"))
	assert.Regexp(t, `-r \S*/peers-wheels.txt\n.*-r \S*/peers-torchcodec.txt\n$`, asked)

	again, messages := m.peers()
	assert.Equal(t, exports, again)
	assert.NotContains(t, messages, "installing")
	assert.Equal(t, asked, m.asked(), "pip is not asked again")

	m.run(`bash "$(dirname "$ffmpeg")/peers.sh" clean`)
	assert.NoDirExists(t, exports["AVLOOM_PEERS"])
}

// TestPeersOfAKilledCall: what a killed call has left, an environment without pip and temporary
// files, is replaced.
func TestPeersOfAKilledCall(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	exports, _ := m.peers("REFUSED=peers-wheels.txt", "AVLOOM_PEERS_TORCHCODEC=0")
	folder := exports["AVLOOM_PEERS"]
	require.NoError(t, os.WriteFile(filepath.Join(folder, "without-pip"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "pip-unpack-1"), 0o700))
	_, messages := m.peers("AVLOOM_PEERS_TORCHCODEC=0")
	assert.NotContains(t, messages, "left out")
	assert.FileExists(t, filepath.Join(folder, "has-wheels"))
	assert.NoFileExists(t, filepath.Join(folder, "without-pip"))
	assert.NoDirExists(t, filepath.Join(folder, "pip-unpack-1"))
}

// TestPeersThatCannotBeHad: what cannot be installed is named, the rest is there, and the next call
// tries again.
func TestPeersThatCannotBeHad(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	exports, messages := m.peers("REFUSED=peers-torchcodec.txt")
	assert.Contains(t, messages, "avloom: torchcodec left out: ERROR: no such wheel\n")
	assert.DirExists(t, exports["AVLOOM_PEERS"])
	assert.NotContains(t, exports, "AVLOOM_PEERS_FFMPEG")
	_, messages = m.peers()
	assert.NotContains(t, messages, "left out")
	assert.NotContains(t, messages, "PyAV")
}

func TestPeersThatAreNotWanted(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	m.peers("AVLOOM_PEERS_TORCHCODEC=0")
	assert.NotContains(t, m.asked(), "torchcodec")
}

func TestPeersNeedAPython(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	exports, messages := m.peers("PYTHON_IS=3.10")
	assert.Empty(t, exports)
	assert.Contains(t, messages, "the libraries of Python are left out: "+m.path("bin/python3")+" is 3.10, and they need 3.11")
	exports, messages = m.peers("AVLOOM_PEERS_PYTHON=/no/such")
	assert.Empty(t, exports)
	assert.Equal(t, "avloom: the libraries of Python are left out: there is no /no/such\n", messages)
}

// TestTorchWithoutCUDA: a library that needs functions of CUDA can be loaded without CUDA, and is
// told that there is no device.
func TestTorchWithoutCUDA(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	lib := m.path("torch/lib")
	m.write("torch/lib/cuda.c", "int cudaGetDeviceCount(void) { return 0; }")
	m.write("torch/lib/cuda.map", "libcudart.so.13 { global: cudaGetDeviceCount; local: *; };")
	m.write("torch/lib/nccl.c", "int ncclGetVersion(void) { return 0; }")
	m.write("torch/lib/torch.c", `int cudaGetDeviceCount(void), ncclGetVersion(void);
int (*pointer)(void) = ncclGetVersion;
int devices(void) { return cudaGetDeviceCount(); }`)
	m.write("main.c", `#include <stdio.h>
int devices(void);
int main(void) { printf("%d\n", devices()); }`)
	m.run("cd " + lib + `
gcc -shared -fPIC -Wl,-soname,libcudart.so.13 -Wl,--version-script=cuda.map -o libcudart.so.13 cuda.c
gcc -shared -fPIC -Wl,-soname,libnccl.so.2 -o libnccl.so.2 nccl.c
gcc -shared -fPIC -o libtorch.so torch.c ./libcudart.so.13 ./libnccl.so.2 -Wl,-rpath,'$ORIGIN'
gcc -o ../../main ../../main.c -Wl,--unresolved-symbols=ignore-in-shared-libs libtorch.so
rm libcudart.so.13 libnccl.so.2`)
	exports, messages := m.peers()
	require.NotContains(t, messages, "left out")
	installed := exports["AVLOOM_PEERS"] + "/lib/python3.11/site-packages/torch/lib"
	assert.FileExists(t, installed+"/libcudart.so.13")
	assert.Equal(t, "100\n", m.run("LD_BIND_NOW=1 LD_LIBRARY_PATH="+installed+" ../main"), "cudaErrorNoDevice")
}

// TestSharedFFmpegForPeers: the static FFmpeg of scripts/ffmpeg.sh becomes a shared one, whose
// functions have the versions that FFmpeg's own shared libraries have.
func TestSharedFFmpegForPeers(t *testing.T) {
	t.Parallel()
	m := newPeersMachine(t)
	const withFFmpeg = `eval "$(bash $ffmpeg env 2>log)"; bash "$(dirname "$ffmpeg")/peers.sh" env 2>&1`
	messages := m.run(withFFmpeg)
	match := regexp.MustCompile(`export AVLOOM_PEERS_FFMPEG=(\S+)`).FindStringSubmatch(messages)
	require.NotNil(t, match, messages+m.read("home/.cache/avloom/peers.log"))
	for _, name := range []string{"libavcodec.so.", "libswresample.so."} {
		found, err := filepath.Glob(filepath.Join(match[1], name+"*"))
		require.NoError(t, err)
		assert.Len(t, found, 1, name)
	}
	out, err := exec.Command("nm", "-D", filepath.Join(match[1], "libffmpeg.so")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `T avcodec_license@@LIBAVCODEC_\d+`, string(out))
	again := m.run(withFFmpeg)
	assert.True(t, strings.HasSuffix(messages, again), "only the exports follow: %s", again)
}

// TestPeersArePinned reads the requirements: each has one version and hashes.
func TestPeersArePinned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("peers-*.txt")
	require.NoError(t, err)
	require.Len(t, files, 2)
	hash := regexp.MustCompile(`^    --hash=sha256:[0-9a-f]{64}( \\)?$`)
	pin := regexp.MustCompile(`^([a-z0-9-]+)==[0-9][0-9.]* \\$`)
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
			if match := pin.FindStringSubmatch(line); match != nil {
				names = append(names, match[1])
			} else if !strings.HasPrefix(line, "#") {
				assert.Regexp(t, hash, line, file)
			}
		}
	}
	for _, name := range []string{"av", "imageio-ffmpeg", "numpy", "opencv-python-headless", "torch", "torchcodec"} {
		assert.Contains(t, names, name)
	}
}
