package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// TestWorkerDrains lets the jobs that run go on, and takes no others.
func TestWorkerDrains(t *testing.T) {
	address, _ := startProcess(t, filepath.Join(t.TempDir(), "farm.db"), "127.0.0.1:0") // it has workers, too
	c, err := client.Dial(client.Options{HostPort: address})
	require.NoError(t, err)
	defer c.Close()
	store, g := memblob.OpenBucket(nil), newGate()
	before := workerGoroutines()
	first := runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 1, Drain: time.Minute})
	run := startRun(t, c, clips("gate", 3))
	<-g.begun
	first.stop()
	second := runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 2})
	<-g.begun
	<-g.begun
	close(g.opened)
	<-first.ended
	require.NoError(t, first.err)
	report, err := run.Wait(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Results, 3)
	require.Empty(t, g.begun, "each job was begun once")
	second.stop()
	<-second.ended
	require.NoError(t, second.err)
	require.Eventually(t, func() bool {
		for id := range workerGoroutines() {
			if _, ok := before[id]; !ok {
				return false
			}
		}
		return true
	}, patience, 10*time.Millisecond, "goroutines of the workers stay")
}

// workerGoroutines returns those of workers, by their first lines, also of the SDK's workers of
// servers of other tests.
func workerGoroutines() map[string]struct{} {
	all := map[string]struct{}{}
	stacks := make([]byte, 16<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for g := range bytes.SplitSeq(stacks, []byte("\n\n")) {
		if bytes.Contains(g, []byte("sdk/internal.(*baseWorker)")) || bytes.Contains(g, []byte("avloom/farm.")) ||
			bytes.Contains(g, []byte("avloom/farm/internal/")) {
			id, _, _ := bytes.Cut(g, []byte(" [")) // what follows changes: its state
			all[string(id)] = struct{}{}
		}
	}
	return all
}

// TestSignals drain a worker; the second one stops it at once. What it has begun is not counted as
// a failure, and made by another worker.
func TestSignals(t *testing.T) {
	_, c := start(t, Config{})
	store, g := memblob.OpenBucket(nil), newGate()
	w := runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 2, Drain: time.Hour})
	run := startRun(t, c, clips("gate", 2))
	<-g.begun
	<-g.begun
	w.signal(t, syscall.SIGTERM)
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	<-w.ended
	require.EqualError(t, w.err, "farm: a second signal (interrupt) stopped 2 jobs, which are begun anew by other workers")
	close(g.opened)
	runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 2})
	_, err := run.Wait(t.Context())
	require.NoError(t, err)
}

// TestOneSignalEndsTheContextToo, as in a program with signal.NotifyContext, and drains once.
func TestOneSignalEndsTheContextToo(t *testing.T) {
	_, c := start(t, Config{})
	g := newGate()
	w := runWorker(t, c, memblob.OpenBucket(nil), g, farm.WorkerConfig{Jobs: 1, Drain: time.Hour})
	run := startRun(t, c, clips("gate", 1))
	<-g.begun
	w.stop()
	<-w.drains
	w.signal(t, syscall.SIGTERM)
	close(g.opened)
	<-w.ended
	require.NoError(t, w.err)
	require.Empty(t, g.causes)
	runWorker(t, c, memblob.OpenBucket(nil), g, farm.WorkerConfig{Jobs: 1})
	_, err := run.Wait(t.Context())
	require.NoError(t, err)
	require.Empty(t, g.begun, "it was made by the first worker")
}

// TestDrainEnds stops jobs that take longer than Drain, which is no error.
func TestDrainEnds(t *testing.T) {
	_, c := start(t, Config{})
	store, g := memblob.OpenBucket(nil), newGate()
	w := runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 1, Drain: -1})
	run := startRun(t, c, clips("gate", 1))
	<-g.begun
	w.stop()
	<-w.ended
	require.NoError(t, w.err)
	require.Len(t, g.causes, 1)
	close(g.opened)
	runWorker(t, c, store, g, farm.WorkerConfig{Jobs: 1})
	_, err := run.Wait(t.Context())
	require.NoError(t, err)
}

// TestSickWorker stops after some different jobs have failed in a row, and says why.
func TestSickWorker(t *testing.T) {
	_, c := start(t, Config{})
	store := memblob.OpenBucket(nil)
	w, err := farm.NewWorker(c, store, map[string]farm.Renderer{"tiny": {
		Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error {
			return errors.New("the GPU has fallen off")
		},
	}}, farm.WorkerConfig{Failures: 3, Jobs: 1, Scratch: t.TempDir()})
	require.NoError(t, err)
	run, err := farm.Start(t.Context(), c, slices.Values(clips("tiny", 4)), farm.RunConfig{Attempts: 100})
	require.NoError(t, err)
	require.ErrorContains(t, w.Run(t.Context()), "farm: the worker stops, because 3 different jobs failed in a row; the last, clip-")
	runWorker(t, c, store, newGate(), farm.WorkerConfig{Jobs: 1})
	_, err = run.Wait(t.Context())
	require.NoError(t, err, "a machine that works makes them")
}

// TestMetricsOfAWorker are on one page with those of the SDK.
func TestMetricsOfAWorker(t *testing.T) {
	server, _ := start(t, Config{})
	metrics := farm.NewMetrics()
	c, err := farm.Dial(t.Context(), farm.DialConfig{Address: server.Address(), Metrics: metrics})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	w := runWorker(t, c, memblob.OpenBucket(nil), newGate(), farm.WorkerConfig{Jobs: 3, Metrics: metrics, Version: "v7"})
	run := startRun(t, c, clips("tiny", 5))
	_, err = run.Wait(t.Context())
	require.NoError(t, err)
	for _, line := range []string{
		`avloom_farm_jobs_total{result="done"} 5`, `avloom_farm_frames_total 20`,
		`avloom_farm_slots{build="` + w.Build() + `",queue="avloom"} 3`,
		`avloom_farm_build_info{build="` + w.Build() + `",queue="avloom",version="v7"} 1`,
		`temporal_activity_execution_latency_seconds_count{activity_type="avloom.Make"`,
		`temporal_request_total{activity_type="avloom.Make",client_name="temporal_go",namespace="default",operation="Respond`,
		`temporal_worker_task_slots_used{`,
		`workflow_type="avloom.Run"`, `workflow_type="avloom.Batch"`,
	} {
		require.Eventually(t, func() bool { // the SDK counts a request after the run may have ended by it
			page := httptest.NewRecorder()
			metrics.ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
			return strings.Contains(page.Body.String(), line)
		}, patience, 10*time.Millisecond, line)
	}
}

// TestOnePlaceForBothQueues makes clips and a film on a worker that does one thing at a time.
func TestOnePlaceForBothQueues(t *testing.T) {
	_, c := start(t, Config{})
	store := memblob.OpenBucket(nil)
	runWorker(t, c, store, newGate(), farm.WorkerConfig{Jobs: 1})
	jobs := append(clips("tiny", 3), farm.Job{Renderer: "film", Path: "film.mp4"})
	run := startRun(t, c, append(jobs, farm.Job{Renderer: "tiny", Path: "last.mp4"}))
	report, err := run.Wait(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Results, 5)
	film, err := store.ReadAll(t.Context(), "film.mp4")
	require.NoError(t, err)
	require.NotEmpty(t, film)
}
