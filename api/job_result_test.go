package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// throughJSON turns a value into JSON and back.
func throughJSON[T any](t *testing.T, value T) (back T, text string) {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &back))
	return back, string(data)
}

func TestJobResultAsJSON(t *testing.T) {
	for name, c := range map[string]struct {
		result api.JobResult
		text   string // of the error, as JSON
	}{
		"nothing":       {api.JobResult{}, "null"},
		"done":          {api.JobResult{ID: "a", Path: "a.mp4", Frames: 30, Bytes: 1234, Elapsed: 1500 * time.Millisecond}, "null"},
		"skipped":       {api.JobResult{ID: "a", Path: "a.mp4", Skipped: true, Bytes: 1234}, "null"},
		"failed":        {api.JobResult{ID: "a", Err: fmt.Errorf("write: %w", os.ErrDeadlineExceeded)}, `"write: i/o timeout"`},
		"without words": {api.JobResult{ID: "a", Err: errors.New("")}, `""`},
		"in two lines":  {api.JobResult{ID: "\"a\"\n", Err: errors.Join(errors.New("one"), errors.New("two <&>"))}, `"one\ntwo \u003c\u0026\u003e"`},
	} {
		t.Run(name, func(t *testing.T) {
			back, text := throughJSON(t, c.result)
			var fields map[string]json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(text), &fields))
			require.Len(t, fields, 8)
			require.Equal(t, c.text, string(fields["Err"]))
			require.Equal(t, fmt.Sprint(int64(c.result.Elapsed)), string(fields["Elapsed"]), "nanoseconds")
			requireSameResult(t, c.result, back)

			byPointer, err := json.Marshal(&c.result)
			require.NoError(t, err)
			require.JSONEq(t, text, string(byPointer))
			before := api.JobResult{ID: "before", Err: errors.New("before"), Frames: 7}
			require.NoError(t, json.Unmarshal([]byte(text), &before))
			requireSameResult(t, c.result, before)
		})
	}
	var result api.JobResult
	require.Error(t, json.Unmarshal([]byte(`{"Err": 7}`), &result))
	require.NoError(t, json.Unmarshal([]byte(`{"ID": "a"}`), &result), "as somebody wrote it by hand")
	require.Equal(t, api.JobResult{ID: "a"}, result)
}

// requireSameResult compares all but the identity of the error.
func requireSameResult(t *testing.T, want, got api.JobResult) {
	t.Helper()
	require.Equal(t, want.Err == nil, got.Err == nil)
	if want.Err != nil {
		require.EqualError(t, got.Err, want.Err.Error())
	}
	want.Err, got.Err = nil, nil
	require.Equal(t, want, got)
}

// TestReportAsJSON turns into JSON what a real RenderAll returns and what it tells of its progress.
func TestReportAsJSON(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	jobs := jobsIn(dir, 4)
	require.NoError(t, os.WriteFile(jobs[2].Path, []byte("there"), 0o600))
	jobs[1].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		if err := runOf(1, 3)(ctx, enc, path); err != nil {
			return err
		}
		panic("boom")
	}
	var told []string
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{
		Resume:   true,
		Progress: func(p api.Progress) { _, text := throughJSON(t, p); told = append(told, text) },
	})
	require.ErrorContains(t, err, "1 job failed: clip 1: panic: boom")
	back, text := throughJSON(t, report)
	require.Len(t, back.Results, 4)
	for i, r := range report.Results {
		requireSameResult(t, r, back.Results[i])
		require.Contains(t, told[i], fmt.Sprintf(`"ID":%q`, r.ID))
	}
	require.Contains(t, text, `"Err":"panic: boom\n`)
	require.Contains(t, text, `"Codec":"libx264"`)
}

// TestJobResultHasItsStats looks at jobs that end in all ways after they have fed so many frames.
func TestJobResultHasItsStats(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames = 5
	boom := errors.New("boom")
	after := func(end func(enc *api.Encoder) error) func(context.Context, *api.Encoder, string) error {
		return func(ctx context.Context, enc *api.Encoder, path string) error {
			return errors.Join(runOf(0, frames)(ctx, enc, path), end(enc))
		}
	}
	for name, c := range map[string]struct {
		run    func(context.Context, *api.Encoder, string) error
		opened bool
	}{
		"done":               {after(func(*api.Encoder) error { return nil }), true},
		"closed by itself":   {after((*api.Encoder).Close), true},
		"failed":             {after(func(*api.Encoder) error { return boom }), true},
		"panicked":           {after(func(*api.Encoder) error { panic(boom) }), true},
		"exited":             {after(func(*api.Encoder) error { runtime.Goexit(); return nil }), true},
		"aborted":            {after(func(enc *api.Encoder) error { return enc.Abort(boom) }), true},
		"opened no encoder":  {func(context.Context, *api.Encoder, string) error { return nil }, false},
		"failed before Open": {func(context.Context, *api.Encoder, string) error { return boom }, false},
		"added a stream only": {func(_ context.Context, enc *api.Encoder, _ string) error {
			addVideo(t, enc, numberedVideo())
			return nil
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			job := api.Job{Path: filepath.Join(t.TempDir(), "a.mkv"), Run: c.run}
			report, err := api.RenderAll(context.Background(), slices.Values([]api.Job{job}), api.RenderConfig{})
			require.Len(t, report.Results, 1)
			result := report.Results[0]
			s := result.Stats
			if !c.opened {
				require.Zero(t, s)
				return
			}
			require.True(t, s.Over, "it is the last")
			requireLaw(t, s, true)
			require.Len(t, s.Streams, 1)
			require.Equal(t, "libx264", s.Streams[0].Codec)
			require.EqualValues(t, frames, s.Streams[0].Accepted)
			require.EqualValues(t, frames, result.Frames)
			require.LessOrEqual(t, s.Elapsed, result.Elapsed)
			if err == nil {
				require.Equal(t, result.Bytes, s.BytesWritten)
				require.EqualValues(t, frames, s.Streams[0].Packets)
			}
			requireSameResult(t, result, func() api.JobResult { back, _ := throughJSON(t, result); return back }())
		})
	}
	t.Run("skipped", func(t *testing.T) {
		job := api.Job{Path: saved(t, "a.mkv", []byte("there")), Run: runOf(0, frames)}
		report, err := api.RenderAll(context.Background(), slices.Values([]api.Job{job}), api.RenderConfig{Resume: true})
		require.NoError(t, err)
		require.Zero(t, report.Results[0].Stats)
	})
}

// TestResultsHoldNoEncoder: whoever keeps the results of many thousand jobs keeps figures, and
// neither encoders nor what these hold.
func TestResultsHoldNoEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	jobs := jobsIn(t.TempDir(), 8)
	encoders := make([]weak.Pointer[api.Encoder], len(jobs))
	for k := range jobs {
		run := jobs[k].Run
		jobs[k].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			encoders[k] = weak.Make(enc)
			if err := run(ctx, enc, path); err != nil || k%2 == 0 {
				return err
			}
			return fmt.Errorf("frames of %s: %w", path, enc.Abort(nil))
		}
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{})
	require.ErrorContains(t, err, "4 jobs failed")
	collectUntil(t, "all encoders", func() bool {
		return !slices.ContainsFunc(encoders, func(p weak.Pointer[api.Encoder]) bool { return p.Value() != nil })
	})
	for _, r := range report.Results {
		require.Len(t, r.Stats.Nodes, cap(r.Stats.Nodes))
		require.Len(t, r.Stats.Edges, cap(r.Stats.Edges))
		require.Len(t, r.Stats.Streams, cap(r.Stats.Streams))
	}
	runtime.KeepAlive(err)
}

// TestRenderErrorHasALineForEach: so that no failure hides behind another.
func TestRenderErrorHasALineForEach(t *testing.T) {
	mediatest.NoLeaks(t)
	const failing = 40
	jobs := jobsIn(t.TempDir(), failing+1)
	var errs []error
	for k := range failing {
		err := fmt.Errorf("avloom: reason %d%s", k, "\n\n\t of two lines\r\n")
		errs = append(errs, err)
		jobs[k].ID += "\nof many"
		jobs[k].Run = func(context.Context, *api.Encoder, string) error {
			if k == 7 {
				panic(err)
			}
			return err
		}
	}
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 1})
	lines := strings.Split(err.Error(), "\n")
	require.Equal(t, "avloom: 40 jobs failed:", lines[0])
	require.Len(t, lines[1:], failing)
	for k, line := range lines[1:] {
		panicked := map[bool]string{true: "panic: avloom: "}[k == 7]
		require.Equal(t, fmt.Sprintf("  clip %d; of many: %sreason %d; of two lines", k, panicked, k), line)
		require.ErrorIs(t, err, errs[k])
	}
}

// TestRenderErrorNamesItsEnd: the cause of the context has a line of its own, and one failure
// stands in one line.
func TestRenderErrorNamesItsEnd(t *testing.T) {
	one, two := api.JobResult{ID: "a", Err: errors.New("avloom: boom")}, api.JobResult{Err: errors.New("bang")}
	for want, err := range map[string]*api.RenderError{
		"avloom: 1 job failed: a: boom":                                   {Failed: []api.JobResult{one}},
		"avloom: 1 job failed: a: boom; then all were stopped: enough":    {Failed: []api.JobResult{one}, Err: errors.New("enough")},
		"avloom: 2 jobs failed:\n  a: boom\n  a job without a path: bang": {Failed: []api.JobResult{one, two}},
		"avloom: 2 jobs failed:\n  a: boom\n  a: boom\n  then all were stopped: enough": {
			Failed: []api.JobResult{one, one}, Err: errors.New("avloom: enough"),
		},
	} {
		require.EqualError(t, err, want)
	}
}
