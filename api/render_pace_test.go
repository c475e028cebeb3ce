package api_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// sleeping are n jobs that take so long, by the clock of synctest, and then fail, so that no
// encoder is needed. Their iterator takes a time for each job, too.
func sleeping(dir string, n int, takes, asking time.Duration) iter.Seq[api.Job] {
	return func(yield func(api.Job) bool) {
		for k := range n {
			time.Sleep(asking)
			id := fmt.Sprint(k)
			run := func(context.Context, *api.Encoder, string) error {
				time.Sleep(takes)
				return errors.New("no encoder")
			}
			if !yield(api.Job{ID: id, Path: dir + "/" + id + ".mp4", Run: run}) {
				return
			}
		}
	}
}

// TestTimeLeft compares the time left, at the end of each job, with the time that is then left.
func TestTimeLeft(t *testing.T) {
	for name, c := range map[string]struct {
		jobs, workers, total int
		asking               time.Duration // for a job, by the iterator
		within               float64       // part of the truth
	}{
		"one worker":           {jobs: 10, workers: 1, total: 10},
		"four workers":         {jobs: 40, workers: 4, total: 40},
		"fewer than workers":   {jobs: 3, workers: 8, total: 3},
		"not a multiple":       {jobs: 10, workers: 4, total: 10, within: 0.5}, // the last round is not full
		"the iterator is slow": {jobs: 50, workers: 8, total: 50, asking: 5 * time.Second, within: 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				type moment struct{ at, left time.Duration }
				var moments []moment
				var last api.Progress
				_, err := api.RenderAll(context.Background(), sleeping(dir, c.jobs, 10*time.Second, c.asking), api.RenderConfig{
					Workers: c.workers, Total: c.total, Progress: func(p api.Progress) {
						moments, last = append(moments, moment{p.Elapsed, p.Left}), p
						require.Equal(t, c.jobs, p.Total)
					},
				})
				require.Error(t, err)
				require.Len(t, moments, c.jobs)
				for _, m := range moments {
					truth := last.Elapsed - m.at
					require.InDelta(t, truth.Seconds(), m.left.Seconds(), c.within*truth.Seconds()+10.1*c.within+1e-6, "after %s", m.at)
				}
				require.Zero(t, last.Left)
			})
		})
	}
}

// TestTotalUnknown: the number is known when the iterator has ended, which it does while the last
// jobs run.
func TestTotalUnknown(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		for _, total := range []int{0, 2, 1000} { // unknown, and wrong
			var totals []int
			var lefts []time.Duration
			_, err := api.RenderAll(context.Background(), sleeping(dir, 5, time.Second, 0), api.RenderConfig{
				Workers: 10, Total: total, Progress: func(p api.Progress) {
					totals, lefts = append(totals, p.Total), append(lefts, p.Left)
				},
			})
			require.Error(t, err)
			require.Equal(t, []int{5, 5, 5, 5, 5}, totals)
			require.Equal(t, make([]time.Duration, 5), lefts)
		}
		var totals []int
		_, err := api.RenderAll(context.Background(), sleeping(dir, 3, time.Second, 0), api.RenderConfig{
			Workers: 1, Progress: func(p api.Progress) { totals = append(totals, p.Total) },
		})
		require.Error(t, err)
		require.Equal(t, []int{0, 0, 0}, totals)
	})
}

// TestTotalOfAShard: it is the shard's own, estimated while the iterator goes on.
func TestTotalOfAShard(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const jobs, count = 400, 4
		for index := range count {
			var first, last api.Progress
			report, err := api.RenderAll(context.Background(), sleeping(dir, jobs, time.Second, 0), api.RenderConfig{
				Workers: 2, Total: jobs, Shard: api.Shard{Index: index, Count: count}, Progress: func(p api.Progress) {
					if first.Total == 0 {
						first = p
					}
					last = p
					require.InDelta(t, jobs/count, p.Total, 15)
				},
			})
			require.Error(t, err)
			require.InDelta(t, len(report.Results), last.Total, 5, "what follows the shard's last job is not known")
			require.InDelta(t, jobs/count, first.Total, 5)
			require.InDelta(t, (last.Elapsed - first.Elapsed).Seconds(), first.Left.Seconds(), 20)
		}
	})
}

// TestTotalOfAFilm: it is the number of chunks.
func TestTotalOfAFilm(t *testing.T) {
	t.Parallel()
	var totals []int
	_, err := api.RenderFilm(context.Background(), newFilm(filepath.Join(t.TempDir(), "film.mp4")), api.RenderConfig{
		Workers: 2, Progress: func(p api.Progress) { totals = append(totals, p.Total) },
	})
	require.NoError(t, err)
	require.Equal(t, []int{4, 4, 4, 4}, totals)
}
