package farmtest

import (
	"context"
	"encoding/json"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// BenchmarkOverhead renders the same clips with RenderAll and with a farm of one worker process on
// this machine, two at a time, and states the difference in wall time for each clip:
//
//	cd farm/embed && go test ./farmtest -run '^$' -bench Overhead -benchtime 400x
//
// The number of iterations is that of clips.
func BenchmarkOverhead(b *testing.B) {
	s := newSite(b)
	s.workerOf(&workerProgram, "-jobs", "2")
	warm := clips(20, 4, 0)
	for i := range warm {
		warm[i].Path = "warm/" + warm[i].Path
	}
	s.waitDone(s.start(warm, s.config("warm")), warm)
	jobs := clips(b.N, 8, 0)
	alone := renderAll(b, jobs)
	b.ResetTimer()
	begin := time.Now()
	run := s.start(jobs, s.config("bench"))
	_, err := run.Wait(b.Context())
	onFarm := time.Since(begin)
	b.StopTimer()
	require.NoError(b, err)
	perClip := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(perClip(alone), "RenderAll-ms/clip")
	b.ReportMetric(perClip(onFarm), "farm-ms/clip")
	b.ReportMetric(perClip(onFarm-alone), "overhead-ms/clip")
}

// renderAll returns how long RenderAll takes for the jobs with two workers.
func renderAll(b *testing.B, jobs []farm.Job) time.Duration {
	b.Helper()
	folder, draw := b.TempDir(), testjobs.Renderers(nil)["clip"].Clip
	seq := iter.Seq[api.Job](func(yield func(api.Job) bool) {
		for _, job := range jobs {
			path := filepath.Join(folder, filepath.Base(job.Path))
			run := func(ctx context.Context, enc *api.Encoder, path string) error {
				return draw(ctx, enc, path, json.RawMessage(job.Params))
			}
			if !yield(api.Job{ID: job.ID, Path: path, Run: run}) {
				return
			}
		}
	})
	begin := time.Now()
	_, err := api.RenderAll(b.Context(), seq, api.RenderConfig{Workers: 2})
	require.NoError(b, err)
	return time.Since(begin)
}
