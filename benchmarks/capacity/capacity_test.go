package capacity

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test program be the process of a trial.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ChildCommand {
		if err := Child(os.Args[2:], os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	cache, err := os.MkdirTemp("", "avloom-capacity-test-")
	if err != nil {
		panic(err)
	}
	_ = os.Setenv("XDG_CACHE_HOME", cache) // of the pictures
	code := m.Run()
	_ = os.RemoveAll(cache)
	os.Exit(code)
}

// capacity runs the command, and returns its results and what it wrote.
func capacity(t *testing.T, args ...string) (r Result, table, log string) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "c.json")
	var stdout, stderr bytes.Buffer
	require.NoError(t, Run(t.Context(), program, append(args, "-json", name), &stdout, &stderr))
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	return r, stdout.String(), stderr.String()
}

// few are the flags of a run that takes seconds. The bound is so large that a busy machine keeps
// it.
var few = []string{
	"-sizes", "64x48", "-rate", "100", "-trial", "200ms", "-final", "200ms", "-most", "2", "-bound", "30s", "-budget", "0",
}

// TestSmoke measures tiny streams. An encoder that does not exist has a row that says so.
func TestSmoke(t *testing.T) {
	t.Parallel()
	plot := filepath.Join(t.TempDir(), "c.svg")
	r, table, log := capacity(t, append(few, "-codecs", "mpeg4,nonsense", "-on-full", "block", "-plot", plot)...)
	require.Len(t, r.Rows, 2, log)
	row := r.Rows[0]
	assert.Empty(t, row.Error)
	assert.Empty(t, row.NoPSNR)
	assert.Equal(t, "mpeg4", row.Encoder)
	assert.Equal(t, 2, row.Streams, log)
	assert.Zero(t, row.Failed)
	assert.Greater(t, row.PSNR, 20.)
	assert.Less(t, row.PSNR, 60.)
	assert.Greater(t, row.Rate, 1.)
	assert.Greater(t, row.Cores, 0.)
	assert.Greater(t, row.Memory, 0.)
	assert.Greater(t, row.Latency.P99, 0.)
	assert.GreaterOrEqual(t, row.Late.P99, row.Late.P50)
	assert.GreaterOrEqual(t, row.Speed, 2., "two streams were in time")
	assert.Contains(t, r.Rows[1].Error, "nonsense")
	assert.Contains(t, table, "All figures are for this machine.")
	assert.FileExists(t, plot)
}

// TestSmokeProcesses: two processes share a trial, with files, an encoder that looks ahead, and
// pictures of a program's own.
func TestSmokeProcesses(t *testing.T) {
	t.Parallel()
	own, out := filepath.Join(t.TempDir(), "own.y4m"), t.TempDir()
	picture := "FRAME\n" + strings.Repeat("\x80", 64*48*3/2)
	require.NoError(t, os.WriteFile(own, []byte("YUV4MPEG2 W64 H48 F10:1 Ip C420jpeg\n"+picture+picture), 0o600))
	r, _, log := capacity(t, append(few, "-codecs", "libx264:medium", "-options", "rc-lookahead=5",
		"-per-process", "1", "-output", "file", "-out", out, "-content", own, "-input", "yuv420p")...)
	require.Len(t, r.Rows, 1, log)
	assert.Empty(t, r.Rows[0].Error)
	assert.GreaterOrEqual(t, r.Rows[0].Streams, 1, log)
	assert.Greater(t, r.Rows[0].PSNR, 20., r.Rows[0].NoPSNR)
	left, err := os.ReadDir(out)
	require.NoError(t, err)
	assert.Empty(t, left, "the files are removed")
}

// TestSlow: an encoder that cannot be in time carries no stream, and the row says how fast it is.
func TestSlow(t *testing.T) {
	t.Parallel()
	r, table, log := capacity(t, "-codecs", "libx264:medium", "-options", "rc-lookahead=5", "-sizes", "720p",
		"-rate", "1000", "-trial", "200ms", "-final", "200ms", "-budget", "0", "-on-full", "block")
	require.Len(t, r.Rows, 1, log)
	row := r.Rows[0]
	assert.Empty(t, row.Error)
	assert.Zero(t, row.Streams, log)
	assert.Greater(t, row.Speed, 0.)
	assert.Less(t, row.Speed, 1.)
	assert.Greater(t, row.PSNR, 20., row.NoPSNR)
	assert.Contains(t, table, "of real time")
}

// TestBudgetLeavesOut: rows without time are named.
func TestBudgetLeavesOut(t *testing.T) {
	t.Parallel()
	r, table, _ := capacity(t, append(few, "-codecs", "mpeg4,mpeg2video", "-budget", "1s")...)
	assert.Empty(t, r.Rows)
	assert.Len(t, r.Left, 2)
	assert.Contains(t, table, "Left out, because the time was up; -budget ")
	assert.NotContains(t, table, "| codec ", "a table without rows")
}

// TestTrialsHaveAGroupOfTheirOwn: Ctrl-C in a terminal goes to the group of the command. The
// processes of a trial are not in it, so the command ends them, and takes none for a failure.
func TestTrialsHaveAGroupOfTheirOwn(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	p, err := startProcess(t.Context(), program, Trial{})
	require.NoError(t, err)
	group, err := syscall.Getpgid(p.cmd.Process.Pid)
	assert.NoError(t, err)
	assert.NotEqual(t, syscall.Getpgrp(), group)
	require.NoError(t, p.in.Close())
	require.EqualError(t, p.close(nil), "exit status 1")
}

// TestCanceled: the end of the context is the error.
func TestCanceled(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var b bytes.Buffer
	require.ErrorIs(t, Run(ctx, program, append(few, "-codecs", "mpeg4"), &b, &b), context.Canceled)
}
