package embed

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/certtest"
)

// tiny draws a clip of a few small frames.
func tiny(ctx context.Context, enc *api.Encoder, path string, _ json.RawMessage) error {
	v, err := enc.AddVideo(api.VideoConfig{Width: 32, Height: 32, FrameRate: 10, Codec: "libx264", Preset: "ultrafast"})
	if err != nil {
		return err
	}
	if err := enc.Open(ctx, api.File(path)); err != nil {
		return err
	}
	return v.AddFrames(ctx, api.Frames{Data: make([]byte, 4*32*32*3)})
}

// film is one of a few chunks.
func film(json.RawMessage) (api.Film, error) {
	return api.Film{
		Video:  api.VideoConfig{Width: 32, Height: 32, FrameRate: 10, Codec: "libx264", Preset: "ultrafast"},
		Frames: 12, Chunk: 4,
		Draw: func(ctx context.Context, v *api.VideoStream, _, n int) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, n*32*32*3)})
		},
	}, nil
}

// gate is a renderer whose clips wait until it is opened, or their context ends.
type gate struct {
	begun  chan string   // gets the parameters of each clip that has begun
	opened chan struct{} // closed: all go on
	mu     sync.Mutex
	causes []error // of contexts that ended
}

func newGate() *gate { return &gate{begun: make(chan string, 1000), opened: make(chan struct{})} }

func (g *gate) clip(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
	g.begun <- string(params)
	select {
	case <-g.opened:
		return tiny(ctx, enc, path, params)
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()
		g.causes = append(g.causes, context.Cause(ctx))
		return context.Cause(ctx)
	}
}

// farmhand is a worker that runs.
type farmhand struct {
	*farm.Worker
	stop   context.CancelFunc
	drains chan struct{} // gets one when it says so
	ended  chan struct{}
	err    error // of Run, when it has ended
}

// Write gets each line that the worker logs.
func (h *farmhand) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("worker drains")) {
		h.drains <- struct{}{}
	}
	return len(line), nil
}

// runWorker has a worker until the end of the test.
func runWorker(t *testing.T, c client.Client, b *blob.Bucket, g *gate, cfg farm.WorkerConfig) *farmhand {
	t.Helper()
	h := &farmhand{drains: make(chan struct{}, 10), ended: make(chan struct{})}
	cfg.Scratch, cfg.Log = t.TempDir(), slog.New(slog.NewTextHandler(io.MultiWriter(h, t.Output()), nil))
	w, err := farm.NewWorker(c, b, map[string]farm.Renderer{
		"gate": {Clip: g.clip}, "tiny": {Clip: tiny}, "film": {Film: film},
	}, cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	h.Worker, h.stop = w, cancel
	go func() {
		defer close(h.ended)
		h.err = w.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-h.ended
		left, err := os.ReadDir(cfg.Scratch)
		require.NoError(t, err)
		require.Empty(t, left)
	})
	return h
}

// signal sends a signal to this process and waits until the worker says that it drains.
func (h *farmhand) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(os.Getpid(), s))
	select {
	case <-h.drains:
	case <-h.ended:
		require.Fail(t, "it has not waited for its jobs", "%v", h.err)
	}
}

// clips returns n jobs.
func clips(renderer string, n int) []farm.Job {
	jobs := make([]farm.Job, n)
	for i := range jobs {
		jobs[i] = farm.Job{Renderer: renderer, Params: fmt.Appendf(nil, "%d", i), Path: fmt.Sprintf("clip-%d.mp4", i)}
	}
	return jobs
}

func startRun(t *testing.T, c client.Client, jobs []farm.Job) *farm.Run {
	t.Helper()
	run, err := farm.Start(t.Context(), c, slices.Values(jobs), farm.RunConfig{ID: t.Name()[4:]})
	require.NoError(t, err)
	return run
}

// TestWorkerDrains lets the jobs that run go on, and takes no others.
func TestWorkerDrains(t *testing.T) {
	_, c := start(t, Config{})
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
	require.Equal(t, before, workerGoroutines())
}

// workerGoroutines counts those of workers, also of the SDK's workers of the server.
func workerGoroutines() (n int) {
	stacks := make([]byte, 16<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for g := range bytes.SplitSeq(stacks, []byte("\n\n")) {
		if bytes.Contains(g, []byte("sdk/internal.(*baseWorker)")) || bytes.Contains(g, []byte("avloom/farm.")) ||
			bytes.Contains(g, []byte("avloom/farm/internal/")) {
			n++
		}
	}
	return n
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
	run := startRun(t, c, clips("tiny", 4))
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
	page := httptest.NewRecorder()
	metrics.ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`avloom_farm_jobs_total{result="done"} 5`, `avloom_farm_frames_total 20`,
		`avloom_farm_slots{build="` + w.Build() + `",queue="avloom"} 3`,
		`avloom_farm_build_info{build="` + w.Build() + `",queue="avloom",version="v7"} 1`,
		`temporal_activity_execution_latency_seconds_count{activity_type="avloom.Make"`,
		`temporal_request_total{activity_type="avloom.Make",client_name="temporal_go",namespace="default",operation="Respond`,
		`temporal_worker_task_slots_used{`,
	} {
		require.True(t, strings.Contains(page.Body.String(), line), line) // the page is long
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

// TestDialWithCertificates connects to a server that wants a client's certificate.
func TestDialWithCertificates(t *testing.T) {
	server, _ := start(t, Config{})
	ca, soon := certtest.New(t), time.Now().Add(time.Hour)
	cert, key := ca.Sign(t, "client", soon)
	config := ca.Server(t, "temporal.test", soon, tls.RequireAndVerifyClientCert)
	front := certtest.Listen(t, config, certtest.Forward(t, server.Address()))
	cfg := farm.DialConfig{
		Address: front, CertFile: cert, KeyFile: key, CAFile: ca.File, ServerName: "temporal.test",
	}
	c, err := farm.Dial(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	run := startRun(t, c, clips("tiny", 1))
	runWorker(t, c, memblob.OpenBucket(nil), newGate(), farm.WorkerConfig{Jobs: 1})
	_, err = run.Wait(t.Context())
	require.NoError(t, err)

	cfg.CertFile, cfg.KeyFile = "", ""
	_, err = farm.Dial(t.Context(), cfg)
	require.ErrorContains(t, err, "it wants a client's certificate; set CertFile and KeyFile")
}

// TestDialWithoutNamespace tells that the server does not have it.
func TestDialWithoutNamespace(t *testing.T) {
	server, _ := start(t, Config{Namespace: "pictures"})
	_, err := farm.Dial(t.Context(), farm.DialConfig{Address: server.Address()})
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	require.ErrorContains(t, err, `avloom: DialConfig.Namespace "default": the server has no such namespace`)
	_, err = farm.Dial(t.Context(), farm.DialConfig{Address: server.Address(), Namespace: "pictures", TLS: true})
	require.ErrorContains(t, err, "it does not speak TLS")
}
