package farmtest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
)

// TestClientDies kills a program that has handed over some of its jobs, after it was alive for
// longer than a run waits for one that is dead. The run tells that it waits, and ends with the jobs
// that it has. A run with another ID makes the rest.
func TestClientDies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker("-jobs", "4")
	jobs, cfg := clips(260, 1, 0), s.config("unfed")
	cfg.Handover = 10 * time.Second
	client := s.pausedClient(childClient{Config: cfg, Jobs: jobs, Pause: 255})
	run, err := farm.Find(t.Context(), s.client, cfg.ID)
	require.NoError(t, err)
	await(t, "the client has been alive for long enough", func() bool {
		p, err := run.Progress(t.Context())
		require.False(t, p.Ended)
		return err == nil && p.Elapsed > 2*cfg.Handover && p.Silence < cfg.Handover && p.Done == 250
	})
	client.kill()
	await(t, "progress tells of the silence", func() bool {
		p, err := run.Progress(t.Context())
		return err == nil && !p.Complete && p.Silence > cfg.Handover/2
	})
	report, err := s.wait(run)
	require.ErrorIs(t, err, farm.ErrIncomplete)
	require.ErrorContains(t, err, "no sign of life for 10s; 250 jobs were handed over until then")
	requireResults(t, jobs[:250], report)
	p, err := run.Progress(t.Context())
	require.NoError(t, err)
	require.True(t, p.Ended)
	require.Equal(t, 250, p.Done)
	require.NoError(t, run.Cancel(t.Context()))

	_, err = farm.Start(t.Context(), s.client, slices.Values(jobs), cfg)
	require.ErrorContains(t, err, "it ended without the rest of its jobs")
	again := s.config("rest")
	again.Resume = true
	s.waitDone(s.start(jobs, again), jobs)
	require.Len(t, s.begun(), len(jobs))
	s.requireStore(jobs)
}
