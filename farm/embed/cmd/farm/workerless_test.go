package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
)

// TestWithoutWorkers starts and cancels a run while no worker is there: each command says at once
// what it waits for. A worker then ends the run.
func TestWithoutWorkers(t *testing.T) {
	folder := t.TempDir()
	serving, stop, served := launch(t, "serve", "-address", "127.0.0.1:0", "-page", "127.0.0.1:0",
		"-file", filepath.Join(folder, "farm.db"))
	address := serving.await(t, `Temporal server at ([0-9.:]+),`)
	var list bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"jobs", "-clips", "3"}, &list, io.Discard))
	jobs := filepath.Join(folder, "jobs.jsonl")
	require.NoError(t, os.WriteFile(jobs, list.Bytes(), 0o666))

	for _, args := range [][]string{{"run", "-address", address, "-id", "r", jobs}, {"watch", "-address", address, "r"}} {
		out, interrupt, end := launch(t, args...)
		out.await(t, `(no worker takes tasks of its queue "avloom"; the run goes on as soon as one comes)`)
		interrupt()
		require.NoError(t, end())
		out.await(t, `(The run r goes on)`)
	}
	for range 2 {
		out, interrupt, end := launch(t, "cancel", "-address", address, "r")
		out.await(t, `(no worker takes tasks of its queue "avloom"; the run is cancelled, and ends as soon as a worker comes)`)
		interrupt()
		require.NoError(t, end())
	}
	cancelling, _, cancelled := launch(t, "cancel", "-address", address, "r")
	_, dismiss, dismissed := launch(t, "work", "-address", address, "-store", filepath.Join(folder, "films"))
	require.NoError(t, cancelled())
	cancelling.await(t, `(0 of 4 files made)`)
	dismiss()
	require.NoError(t, dismissed())
	stop()
	require.NoError(t, served())
}

// TestSilentClient shows the progress of a run whose program has died while it handed over jobs:
// what to do is said once, and what is made goes on to be shown.
func TestSilentClient(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&program{stderr: &out}, "r")
	defer b.close()
	for done := range 3 {
		b.progress(farm.Progress{Jobs: 10, Done: done, Silence: time.Duration(done+3) * time.Minute})
	}
	require.Equal(t, 1, strings.Count(out.String(), "start it again with the same jobs, or cancel the run"), out.String())
	require.Contains(t, out.String(), "2 of 10 jobs, 0 at work, 0 frames, no sign of life of the program that hands over jobs for 5m0s")
}
