package farmtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// TestDrain asks a worker to end while it draws: it finishes what it has begun, and leaves the rest
// to another worker.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.worker("-drain", "1m")
	jobs := clips(12, 4, time.Second)
	run := s.start(jobs, s.config("drain"))
	s.awaitBegun("clip-", 2)
	first.signal(t, unix.SIGTERM)
	require.NoError(t, first.ended(t))
	for _, start := range s.begun() {
		require.False(t, start.End.IsZero(), "%s was finished", start.ID)
	}
	require.Less(t, len(s.begun()), len(jobs))
	second := s.worker()
	s.waitDone(run, jobs)
	require.NoError(t, second.terminate(t))
	require.Len(t, s.begun(), len(jobs), "each job ran once")
	s.requireStore(jobs)
	s.requireScratch()
}

// TestDrainTooShort asks a worker to end that is in the middle of a long clip: it gives the clip
// up, which counts as no failure of the clip.
func TestDrainTooShort(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.worker("-drain", "100ms")
	jobs := []farm.Job{clip("clip", "long", testjobs.Clip{Frames: 20, Delay: 200 * time.Millisecond})}
	cfg := s.config("short")
	cfg.Attempts = 1
	run := s.start(jobs, cfg)
	s.awaitBegun("long", 1)
	require.NoError(t, first.terminate(t))
	require.Len(t, s.begun(), 1)
	second := s.worker()
	s.waitDone(run, jobs)
	require.NoError(t, second.terminate(t))
	s.requireStore(jobs)
	s.requireScratch()
}

// TestDrainWithoutServer asks a worker to end that works while the server is gone: it ends, says
// that it could not give its job back, and leaves no file. The job is begun anew by another worker.
func TestDrainWithoutServer(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, newServer(t), "")
	first := s.worker("-drain", "100ms")
	jobs := []farm.Job{clip("clip", "long", testjobs.Clip{Frames: 20, Delay: 200 * time.Millisecond})}
	run := s.start(jobs, s.config("away"))
	s.awaitBegun("long", 1)
	s.server.process.kill()
	require.Error(t, first.terminate(t))
	require.Contains(t, first.out.String(), "1 jobs were not given back")
	require.NotContains(t, first.out.String(), "left behind")
	s.requireScratch()
	require.NoError(t, s.server.start())
	second := s.worker()
	s.waitDone(run, jobs)
	require.NoError(t, second.terminate(t))
	s.requireStore(jobs)
	s.requireScratch()
}
