package farm

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
)

func clip(context.Context, *api.Encoder, string, json.RawMessage) error { return nil }

func movie(json.RawMessage) (api.Film, error) { return api.Film{}, nil }

// unconnected returns a client that has not reached a server.
func unconnected(t *testing.T) client.Client {
	t.Helper()
	c, err := client.NewLazyClient(client.Options{
		HostPort: "127.0.0.1:1", Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// TestNewWorkerChecks tells what is wrong in each argument.
func TestNewWorkerChecks(t *testing.T) {
	t.Parallel()
	c, store := unconnected(t), memblob.OpenBucket(nil)
	fine := map[string]Renderer{"clip": {Clip: clip}, "film": {Film: movie}}
	one := func(name string, r Renderer) map[string]Renderer {
		return map[string]Renderer{"clip": {Clip: clip}, name: r}
	}
	for name, a := range map[string]struct {
		client    client.Client
		store     *blob.Bucket
		renderers map[string]Renderer
		config    WorkerConfig
		want      string
	}{
		"no client":       {nil, store, fine, WorkerConfig{}, "avloom: client: there is none"},
		"no store":        {c, nil, fine, WorkerConfig{}, "avloom: store: there is none"},
		"no renderers":    {c, store, nil, WorkerConfig{}, "avloom: renderers: there is none"},
		"no function":     {c, store, one("film", Renderer{}), WorkerConfig{}, "avloom: renderers[film]: neither Clip nor Film"},
		"two functions":   {c, store, one("x", Renderer{clip, movie}), WorkerConfig{}, "avloom: renderers[x]: both Clip and Film"},
		"no name":         {c, store, one("", Renderer{Clip: clip}), WorkerConfig{}, "avloom: renderers[]: a renderer needs a name"},
		"negative jobs":   {c, store, fine, WorkerConfig{Jobs: -1}, "avloom: WorkerConfig.Jobs -1: must be positive"},
		"negative memory": {c, store, fine, WorkerConfig{JobMemory: -1}, "avloom: WorkerConfig.JobMemory -1: must be a positive"},
		"no unit":         {c, store, fine, WorkerConfig{Drain: 30}, "avloom: WorkerConfig.Drain 30ns: must be at least 1ms"},
		"two lines":       {c, store, fine, WorkerConfig{Queue: "a\nb"}, "WorkerConfig.Queue \"a\\nb\": must have at most 200 bytes"},
		"a long version":  {c, store, fine, WorkerConfig{Version: strings.Repeat("v", 201)}, "must have at most 200 bytes"},
		"a build's queue": {c, store, fine, WorkerConfig{Queue: "a@b"}, `avloom: WorkerConfig.Queue "a@b": must not contain "@"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewWorker(a.client, a.store, a.renderers, a.config)
			var config *api.ConfigError
			require.ErrorAs(t, err, &config)
			require.ErrorContains(t, err, a.want)
		})
	}
	w, err := NewWorker(c, store, fine, WorkerConfig{Version: "v1.2"})
	require.NoError(t, err)
	require.Positive(t, w.Jobs())
	require.Regexp(t, `^[^/]+/\d+/v1.2/`+w.Build()+`$`, w.Identity())
}

// TestX264Version reads what the library writes into its streams.
func TestX264Version(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^x264 - core \d+`, x264Version(t.Context()))
}

// TestRunWithoutStore ends before it takes a job.
func TestRunWithoutStore(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	store, err := fileblob.OpenBucket(folder, &fileblob.Options{CreateDir: true})
	require.NoError(t, err)
	require.NoError(t, store.Close())
	w, err := NewWorker(unconnected(t), store, map[string]Renderer{"clip": {Clip: clip}}, WorkerConfig{})
	require.NoError(t, err)
	require.ErrorContains(t, w.Run(t.Context()), "farm: look whether the store can be used: ")
	require.ErrorContains(t, w.Run(t.Context()), "farm: Run was called already")
}

// TestRunEndedBefore is stopped before it has begun, which is no error.
func TestRunEndedBefore(t *testing.T) {
	t.Parallel()
	store, err := fileblob.OpenBucket(t.TempDir(), nil)
	require.NoError(t, err)
	w, err := NewWorker(unconnected(t), store, map[string]Renderer{"clip": {Clip: clip}}, WorkerConfig{Scratch: t.TempDir()})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, w.Run(ctx))
}

// TestRunWithoutServer tells that the server cannot be reached, and leaves no file.
func TestRunWithoutServer(t *testing.T) {
	t.Parallel()
	scratch := t.TempDir()
	w, err := NewWorker(unconnected(t), memblob.OpenBucket(nil), map[string]Renderer{"clip": {Clip: clip}},
		WorkerConfig{Scratch: scratch, Jobs: 1})
	require.NoError(t, err)
	require.ErrorContains(t, w.Run(t.Context()), "farm: begin to take jobs from the server: ")
	left, err := filepath.Glob(filepath.Join(scratch, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
