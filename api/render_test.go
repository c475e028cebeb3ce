package api_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// runOf makes a clip of n numbered frames, from this one on.
func runOf(first, n int) func(context.Context, *api.Encoder, string) error {
	return func(ctx context.Context, enc *api.Encoder, path string) error {
		v, err := enc.AddVideo(numberedVideo())
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		for k := range n {
			if err := v.AddFrames(ctx, api.Frames{Data: numbered(first+k, 1), Layout: api.NHWC}); err != nil {
				return err
			}
		}
		return nil
	}
}

// jobsIn are n jobs for this folder; clip k has 3+k frames from 100·k on.
func jobsIn(dir string, n int) []api.Job {
	jobs := make([]api.Job, n)
	for k := range jobs {
		jobs[k] = api.Job{
			ID:   fmt.Sprintf("clip %d", k),
			Path: filepath.Join(dir, fmt.Sprintf("%02d.mp4", k)),
			Run:  runOf(100*k, 3+k),
		}
	}
	return jobs
}

// filesIn are the names of all files in a folder, hidden ones too.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestRenderAll(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, workers := range []int{0, 1, 3} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			dir := t.TempDir()
			jobs := jobsIn(dir, 5)
			jobs[4].ID = ""
			var told []api.Progress
			report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{
				Workers: workers, Progress: func(p api.Progress) { told = append(told, p) },
			})
			require.NoError(t, err)
			require.Len(t, report.Results, 5)
			require.Len(t, told, 5)
			for i, result := range report.Results {
				require.Equal(t, result, told[i].Last, "the order of completion")
				require.Equal(t, i+1, told[i].Done)
				require.Zero(t, told[i].Failed+told[i].Skipped)
			}
			require.Zero(t, told[4].Running)
			require.Positive(t, told[4].Elapsed)
			for k, job := range jobs {
				i := slices.IndexFunc(report.Results, func(r api.JobResult) bool { return r.Path == job.Path })
				result := report.Results[i]
				require.Equal(t, cmp.Or(job.ID, job.Path), result.ID)
				require.EqualValues(t, 3+k, result.Frames)
				require.Positive(t, result.Elapsed)
				info, err := os.Stat(job.Path)
				require.NoError(t, err)
				require.Equal(t, info.Size(), result.Bytes)
				numbers := numbersOf(mediatest.Pictures(t, job.Path, 0, "gray"))
				require.Len(t, numbers, 3+k)
				require.Equal(t, 100*k, numbers[0])
			}
			require.Len(t, filesIn(t, dir), 5, "no temporary file is left")
		})
	}
}

// failure is a way in which a job fails, and what is to be seen of it.
type failure struct {
	run   func(ctx context.Context, enc *api.Encoder, path string) error
	check func(t *testing.T, err error)
}

func failures(elsewhere string) map[string]failure {
	boom := errors.New("boom")
	feed := runOf(0, 3)
	return map[string]failure{
		"error": {
			func(context.Context, *api.Encoder, string) error { return boom },
			func(t *testing.T, err error) { require.ErrorIs(t, err, boom) },
		},
		"error while it is open": {
			func(ctx context.Context, enc *api.Encoder, path string) error {
				return errors.Join(feed(ctx, enc, path), boom)
			},
			func(t *testing.T, err error) { require.ErrorIs(t, err, boom) },
		},
		"panic": {
			func(ctx context.Context, enc *api.Encoder, path string) error {
				_ = feed(ctx, enc, path)
				panic(boom)
			},
			func(t *testing.T, err error) {
				require.ErrorIs(t, err, boom)
				var panicked *pipeline.PanicError
				require.ErrorAs(t, err, &panicked)
				require.Contains(t, string(panicked.Stack), "render_test.go")
				require.NotContains(t, err.Error(), "goroutine", "the stack is in the result, not in the message")
			},
		},
		"goexit": {
			func(ctx context.Context, enc *api.Encoder, path string) error {
				_ = feed(ctx, enc, path)
				runtime.Goexit()
				return nil
			},
			func(t *testing.T, err error) { require.ErrorContains(t, err, "Goexit") },
		},
		"never opened": {
			func(context.Context, *api.Encoder, string) error { return nil },
			func(t *testing.T, err error) { require.ErrorContains(t, err, "call enc.OpenFile(ctx, path)") },
		},
		"opened elsewhere": {
			func(ctx context.Context, enc *api.Encoder, _ string) error {
				return feed(ctx, enc, elsewhere)
			},
			func(t *testing.T, err error) { require.ErrorContains(t, err, "else.mp4") },
		},
		"removed": {
			func(ctx context.Context, enc *api.Encoder, path string) error {
				return errors.Join(feed(ctx, enc, path), os.Remove(path))
			},
			func(t *testing.T, err error) { require.ErrorIs(t, err, os.ErrNotExist) },
		},
		"aborted, and kept quiet": {
			func(ctx context.Context, enc *api.Encoder, path string) error {
				_ = feed(ctx, enc, path)
				_ = enc.Abort(boom)
				return nil
			},
			func(t *testing.T, err error) { require.ErrorIs(t, err, boom) },
		},
		"wrong config": {
			func(_ context.Context, enc *api.Encoder, _ string) error {
				_, err := enc.AddVideo(api.VideoConfig{})
				return err
			},
			func(t *testing.T, err error) {
				var config *api.ConfigError
				require.ErrorAs(t, err, &config)
			},
		},
	}
}

func TestRenderAllIsolatesFailures(t *testing.T) {
	for name, c := range failures(temporary(t, "else.mp4")) {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			dir := t.TempDir()
			jobs := jobsIn(dir, 4)
			jobs[1].Run = c.run
			report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 2})
			c.check(t, err)
			require.ErrorContains(t, err, "1 job failed: clip 1: ")
			var failed *api.RenderError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Failed, 1)
			require.Len(t, report.Results, 4)
			for _, r := range report.Results {
				require.Equal(t, r.ID == "clip 1", r.Err != nil)
			}
			require.Equal(t, []string{"00.mp4", "02.mp4", "03.mp4"}, filesIn(t, dir))
		})
	}
}

func TestRenderAllWhereRunHasClosed(t *testing.T) {
	mediatest.NoLeaks(t)
	jobs := jobsIn(t.TempDir(), 1)
	jobs[0].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		return errors.Join(runOf(0, 3)(ctx, enc, path), enc.Close())
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{})
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Results[0].Frames)
	require.FileExists(t, jobs[0].Path)
}

// TestOnlyWhatOutlivesAKillIsCrashSafe: a file that goes unless it becomes whole does without the
// price, unless the job asks for it.
func TestOnlyWhatOutlivesAKillIsCrashSafe(t *testing.T) {
	mediatest.NoLeaks(t)
	other := temporary(t, "other.mp4")
	jobs := jobsIn(t.TempDir(), 3)
	for k, opts := range [][]api.OutputOption{{}, {api.CrashSafe(true)}, {api.CrashSafe(false)}} {
		jobs[k].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			outputs := []api.Output{api.File(path, opts...)}
			if k == 0 {
				outputs = append(outputs, api.File(other))
			}
			v := addVideo(t, enc, numberedVideo())
			if err := enc.Open(ctx, outputs...); err != nil {
				return err
			}
			return v.AddFrames(ctx, api.Frames{Data: numbered(0, 3), Layout: api.NHWC})
		}
	}
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{})
	require.NoError(t, err)
	for path, safe := range map[string]bool{jobs[0].Path: false, other: true, jobs[1].Path: true, jobs[2].Path: false} {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, safe, bytes.Contains(content, []byte("moof")), path)
		require.Equal(t, counting(3), numbersIn(t, path))
	}
}

// TestRenderAllToAURL: a job that writes to a URL writes no file, and its error says no secret.
func TestRenderAllToAURL(t *testing.T) {
	mediatest.NoLeaks(t)
	jobs := jobsIn(t.TempDir(), 1)
	jobs[0].Run = func(ctx context.Context, enc *api.Encoder, _ string) error {
		v := addVideo(t, enc, numberedVideo())
		if err := enc.Open(
			ctx,
			api.URL(fmt.Sprintf("udp://user:secret@127.0.0.1:%d?pkt_size=1316", freePort(t, "udp"))),
		); err != nil {
			return err
		}
		return v.AddFrames(ctx, api.Frames{Data: numbered(0, 3), Layout: api.NHWC})
	}
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{})
	require.ErrorContains(t, err, `for "udp://127.0.0.1:`)
	require.NotContains(t, err.Error(), "secret")
}

func TestRenderAllRefuses(t *testing.T) {
	mediatest.NoLeaks(t)
	none := slices.Values([]api.Job(nil))
	_, err := api.RenderAll(context.Background(), none, api.RenderConfig{Workers: -1})
	require.ErrorContains(t, err, "Workers -1: must not be negative")
	_, err = api.RenderAll(context.Background(), nil, api.RenderConfig{})
	require.ErrorContains(t, err, "jobs: must not be nil")
	report, err := api.RenderAll(context.Background(), none, api.RenderConfig{})
	require.NoError(t, err)
	require.Empty(t, report.Results)

	dir := t.TempDir()
	for want, job := range map[string]api.Job{
		"a job needs the name of the file": {Run: runOf(0, 1)},
		"must not be nil":                  {Path: filepath.Join(dir, "a.mp4")},
		"is a folder":                      {Path: dir, Run: runOf(0, 1)},
		"no regular file":                  {Path: os.DevNull, Run: runOf(0, 1)},
		"no such file or directory":        {Path: filepath.Join(dir, "nowhere", "a.mp4"), Run: runOf(0, 1)},
		"extension":                        {Path: filepath.Join(dir, "a.unheard-of"), Run: runOf(0, 1)},
	} {
		_, err := api.RenderAll(context.Background(), slices.Values([]api.Job{job}), api.RenderConfig{Resume: true})
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, filesIn(t, dir))
}
