package embed

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain lets the program of the tests be a server, which a test kills.
func TestMain(m *testing.M) {
	if file := os.Getenv("EMBED_TEST_FILE"); file != "" {
		server, err := Start(context.Background(), Config{File: file, Address: os.Getenv("EMBED_TEST_ADDRESS")})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(server.Address())
		select {}
	}
	os.Exit(m.Run())
}

// startProcess starts a server in a process of its own, which the function that it returns kills
// with a signal that a process cannot catch.
func startProcess(t *testing.T, file, address string) (at string, kill func()) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	process := exec.Command(program)
	process.Env = append(os.Environ(), "EMBED_TEST_FILE="+file, "EMBED_TEST_ADDRESS="+address)
	process.Stderr = t.Output()
	stdout, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	kill = func() {
		_ = process.Process.Kill()
		_ = process.Wait() // it was killed
	}
	t.Cleanup(kill)
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "the server has written nothing")
	return lines.Text(), kill
}
