package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
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
