package api_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// stdoutChild is set, to what it does about SIGPIPE, in the process that writes to a stdout whose
// reader goes away.
const stdoutChild = "AVLOOM_TEST_STDOUT"

// TestStdoutWhoseReaderGoesAway: Go ends a process by SIGPIPE that writes to a broken stdout,
// unless the program has asked for that signal or ignores it.
func TestStdoutWhoseReaderGoesAway(t *testing.T) {
	if what := os.Getenv(stdoutChild); what != "" {
		writeToStdout(t, what)
		return
	}
	for what, want := range map[string]string{"nothing": "signal: broken pipe", "ignore": "exit status 42", "duplicate": "exit status 42"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			child := exec.Command(os.Args[0], "-test.run=^TestStdoutWhoseReaderGoesAway$")
			child.Env = append(os.Environ(), stdoutChild+"="+what)
			var said bytes.Buffer
			child.Stderr = &said
			r, err := child.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, child.Start())
			_, err = r.Read(make([]byte, 1))
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.EqualError(t, child.Wait(), want, said.String())
		})
	}
}

// writeToStdout exits with 42 where it gets the error that it should.
func writeToStdout(t *testing.T, what string) {
	stdout := os.Stdout
	switch what {
	case "ignore":
		signal.Ignore(syscall.SIGPIPE)
	case "duplicate":
		fd, err := syscall.Dup(int(os.Stdout.Fd()))
		require.NoError(t, err)
		stdout = os.NewFile(uintptr(fd), "stdout")
	}
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	err := enc.Open(context.Background(), api.Writer(stdout, "mpegts"))
	if err == nil {
		err = feedUntilError(v)
	}
	if errors.Is(err, syscall.EPIPE) {
		os.Exit(42)
	}
	os.Exit(1)
}
