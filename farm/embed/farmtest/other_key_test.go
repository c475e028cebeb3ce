package farmtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

const needsKey = "need the same data converter, with the same key"

// TestOtherKey has a worker, and a client, that cannot read what the others write. They say so, and
// do no harm.
func TestOtherKey(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, shared.get(t), "password")
	other := s.worker("-password", "")
	other.mayEnd.Store(true) // it stops after ten tasks that it cannot read
	jobs, cfg := clips(40, 2, 0), s.config("key")
	jobs = append(jobs, film("film", "mkv", testjobs.Film{Frames: 24, Chunk: 2, Codec: "libx264"}))
	run := s.start(jobs, cfg)
	var err error
	await(t, "the progress tells why nothing moves", func() bool {
		_, err = run.Progress(t.Context())
		return err != nil && other.logged(needsKey)
	})
	require.ErrorContains(t, err, needsKey)
	require.Empty(t, s.begun())

	worker := s.worker("-jobs", "4")
	s.waitDone(run, jobs)
	require.Len(t, s.begun(), len(jobs)+11, "each job ran once")
	for _, start := range s.begun() {
		require.Equal(t, worker.pid(), start.PID)
	}
	s.requireStore(jobs)

	stranger, err := dial(t.Context(), s.server.address, "another")
	require.NoError(t, err)
	defer stranger.Close()
	_, err = farm.Start(t.Context(), stranger, slices.Values(jobs), cfg)
	require.ErrorContains(t, err, needsKey)
	found, err := farm.Find(t.Context(), stranger, cfg.ID)
	require.NoError(t, err)
	_, err = found.Progress(t.Context())
	require.ErrorContains(t, err, needsKey)
	_, err = found.Wait(t.Context())
	require.ErrorContains(t, err, needsKey)
	requireStrange(t, s, stranger, worker)
}

// requireStrange starts a run that no worker can read. They go on with others.
func requireStrange(t *testing.T, s *site, stranger client.Client, worker *process) {
	t.Helper()
	strange, err := farm.Start(t.Context(), stranger, slices.Values(clips(3, 1, 0)), s.config("strange"))
	require.NoError(t, err)
	_, err = strange.Progress(t.Context())
	require.ErrorContains(t, err, "cannot go on with it; their logs say more")
	require.ErrorContains(t, err, "it has encrypted the reason")
	require.True(t, worker.logged(needsKey))
	more := clips(30, 1, 0)
	for i := range more {
		more[i].Path = "more/" + more[i].Path
	}
	s.waitDone(s.start(more, s.config("more")), more)
	require.NoError(t, worker.terminate(t))
}
