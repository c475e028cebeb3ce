package farmtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestLateWorker stops a worker until another one has made its job, and lets it go on: while it
// draws, and when it has done all but the last step of a write into the store. What it does late
// changes nothing.
func TestLateWorker(t *testing.T) {
	t.Parallel()
	long := mediatest.Long(t)
	for name, c := range map[string]struct {
		job     func(delay time.Duration) farm.Job
		inStore bool // it is stopped in a write
		begins  string
	}{
		"draws a clip":   {lateClip, false, "late"},
		"writes a clip":  {lateClip, true, ""},
		"draws a chunk":  {lateFilm, false, "late@"},
		"writes a chunk": {lateFilm, true, ""},
	} {
		if !c.inStore && !long {
			continue // the write is the last moment at which a worker can be late
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			late := s.lateWorker(c.inStore)
			jobs := []farm.Job{c.job(time.Second)}
			run := s.start(jobs, s.deadlyConfig("late"))
			if !c.inStore {
				s.awaitBegun(c.begins, 1)
				late.signal(t, unix.SIGSTOP)
			}
			await(t, "the worker is stopped", func() bool { return late.stopped(t) }, late)

			other := s.worker()
			s.waitDone(run, jobs)
			s.requireStore(jobs)
			before := s.stamps()

			late.signal(t, unix.SIGCONT)
			require.NoError(t, late.terminate(t))
			require.NoError(t, other.terminate(t))
			require.Equal(t, before, s.stamps())
			s.requireStore(jobs)
			s.requireScratch()
		})
	}
}

// lateWorker starts a worker that stops itself in its first write, or never.
func (s *site) lateWorker(inStore bool) *process {
	s.t.Helper()
	if inStore {
		return s.worker("-jobs", "1", "-stop-in-write", "1")
	}
	return s.worker("-jobs", "1")
}

func lateClip(delay time.Duration) farm.Job {
	return clip("clip", "late", testjobs.Clip{Frames: 4, Delay: delay / 4})
}

func lateFilm(delay time.Duration) farm.Job {
	return film("late", "mkv", testjobs.Film{Frames: 16, Chunk: 4, Codec: "libx264", Delay: delay / 4})
}

// stamps returns when each object of the store was written.
func (s *site) stamps() map[string]time.Time {
	s.t.Helper()
	stamps := map[string]time.Time{}
	for name := range s.objects() {
		info, err := os.Stat(filepath.Join(s.store, name))
		require.NoError(s.t, err)
		stamps[name] = info.ModTime()
	}
	return stamps
}
