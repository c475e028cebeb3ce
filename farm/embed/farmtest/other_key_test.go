package farmtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

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
}
