package api_test

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/mediatest"
)

// readmeProgram pastes the program of the README, with these changes, into a new module, and builds
// it.
func readmeProgram(t *testing.T, changes ...string) (program *exec.Cmd) {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	text, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	changed := strings.NewReplacer(changes...).Replace(text)
	require.Equal(t, len(changes) > 0, changed != text)

	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	for name, content := range map[string]string{
		"main.go": changed, "go.sum": string(sums),
		"go.mod": "module fade\n\ngo 1.26\n\nrequire github.com/avloom/avloom v0.0.0\n\nreplace github.com/avloom/avloom => " + root + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	build := exec.Command("go", "build", "-mod=mod", "-o", "fade", ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	program = exec.Command(filepath.Join(dir, "fade"))
	program.Dir = dir
	return program
}

func TestReadmeProgram(t *testing.T) {
	program := readmeProgram(t)
	out, err := program.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, out, "it is silent")
	s := mediatest.Probe(t, filepath.Join(program.Dir, "fade.mp4")).Streams[0]
	require.Equal(t, []string{"h264", "90", "3.000000"}, []string{s.Codec, s.NbFrames, s.Duration})
}

// TestReadmeProgramInterrupted presses Ctrl-C while a film without an end is being made: once, and
// until the program has ended.
func TestReadmeProgramInterrupted(t *testing.T) {
	// A shell lets what it starts in the background ignore Ctrl-C. The programs would inherit that.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	endless := readmeProgram(t, "k < 90", "k < 1_000_000_000")
	t.Run("once", func(t *testing.T) {
		path := filepath.Join(endless.Dir, "fade.mp4")
		var out strings.Builder
		program := exec.Command(endless.Path)
		program.Dir, program.Stdout, program.Stderr = endless.Dir, &out, &out
		require.NoError(t, program.Start())
		awaitFrames(t, path)
		require.NoError(t, program.Process.Signal(os.Interrupt))
		require.NoError(t, program.Wait(), &out)
		require.Empty(t, out.String())
		requireFinished(t, path)
	})
	t.Run("until it ends, since the destination blocks", func(t *testing.T) {
		path := filepath.Join(endless.Dir, "fade.mp4")
		require.NoError(t, os.RemoveAll(path))
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		reader, err := os.OpenFile(path, os.O_RDWR, 0) // to write as well, so that it opens before the program does
		require.NoError(t, err)
		defer func() { require.NoError(t, reader.Close()) }()
		room, err := unix.FcntlInt(reader.Fd(), unix.F_SETPIPE_SZ, 4096) // far less than what the encoder holds
		require.NoError(t, err)
		program := exec.Command(endless.Path)
		program.Dir = endless.Dir
		require.NoError(t, program.Start())
		begun := make([]byte, room)
		_, err = io.ReadFull(reader, begun) // and it reads no more, until the program has ended
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- program.Wait() }()
		require.Eventually(t, func() bool {
			_ = program.Process.Signal(os.Interrupt)
			return len(ended) > 0
		}, time.Minute, 20*time.Millisecond)
		require.EqualError(t, <-ended, "signal: interrupt")
		left, err := unix.IoctlGetInt(int(reader.Fd()), unix.TIOCINQ)
		require.NoError(t, err)
		rest := make([]byte, left)
		_, err = io.ReadFull(reader, rest)
		require.NoError(t, err)
		require.Contains(t, string(begun), "moov")
		require.NotContains(t, string(rest), "mfra", "the index at the end of a stream that was finished")
	})
}

// awaitFrames waits until a file holds more than a header.
func awaitFrames(t *testing.T, path string) {
	t.Helper()
	require.Eventually(t, func() bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 20_000
	}, time.Minute, 5*time.Millisecond)
}

// requireFinished checks an mp4 file of the program: it is an ordinary one, and all frames of which
// it speaks are there.
func requireFinished(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	paths, _ := boxes(t, content)
	require.Contains(t, paths, "moov")
	require.NotContains(t, paths, "moov.mvex")
	s := mediatest.Probe(t, path).Streams[0]
	frames, err := strconv.Atoi(s.NbFrames)
	require.NoError(t, err)
	require.Positive(t, frames)
	require.Equal(t, s.NbFrames, s.NbReadFrames)
	seconds, err := strconv.ParseFloat(s.Duration, 64)
	require.NoError(t, err)
	require.InDelta(t, float64(frames)/30, seconds, 1e-4)
}
