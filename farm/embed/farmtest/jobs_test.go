package farmtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// clip returns a job of a renderer of clips. Its file is x264 in mp4.
func clip(renderer, id string, c testjobs.Clip) farm.Job {
	c.ID = id
	return farm.Job{ID: id, Renderer: renderer, Params: testjobs.Params(c), Path: "clips/" + id + ".mp4"}
}

// clips returns n jobs of a number of frames each, which take so long to draw.
func clips(n, frames int, each time.Duration) []farm.Job {
	jobs := make([]farm.Job, n)
	for i := range jobs {
		c := testjobs.Clip{Seed: i, Frames: frames, Delay: each / time.Duration(frames)}
		jobs[i] = clip("clip", fmt.Sprintf("clip-%05d", i), c)
	}
	return jobs
}

// film returns a job of a film.
func film(id, container string, f testjobs.Film) farm.Job {
	f.ID = id
	return farm.Job{ID: id, Renderer: "film", Params: testjobs.Params(f), Path: "films/" + id + "." + container}
}

// requireNoMoreThanKills checks that no renderer was called without need: a job that ran before ran
// in a process that was killed. One process has up to jobs at a time.
func requireNoMoreThanKills(t testing.TB, starts []testjobs.Start, killed []int, jobs int) {
	t.Helper()
	last := map[string]int{}
	for i, start := range starts {
		last[start.ID] = i
	}
	again := map[int]int{}
	for i, start := range starts {
		if i != last[start.ID] {
			again[start.PID]++
			require.Contains(t, killed, start.PID, "%s ran again, and its worker was not killed", start.ID)
		}
	}
	for pid, n := range again {
		require.LessOrEqual(t, n, jobs, "jobs of process %d that ran again", pid)
	}
	t.Logf("%d jobs, %d calls of renderers, %d kills", len(last), len(starts), len(killed))
}
