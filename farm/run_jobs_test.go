package farm

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// clips returns n jobs with parameters of this size.
func clips(n, size int) iter.Seq[Job] {
	return func(yield func(Job) bool) {
		params := json.RawMessage(`"` + strings.Repeat("x", size) + `"`)
		for i := range n {
			if !yield(Job{Renderer: "clip", Path: fmt.Sprintf("clips/%d.mp4", i), Params: params}) {
				return
			}
		}
	}
}

// cut returns the batches of jobs.
func cut(t *testing.T, jobs iter.Seq[Job]) []batch {
	t.Helper()
	c := newCutter(flow.Settings{Parts: defaultParts})
	batches := slices.Collect(c.batches(jobs))
	require.NoError(t, c.err)
	return batches
}

// TestCutJobs checks the sizes of batches.
func TestCutJobs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		n, size int
		sizes   []int
	}{
		{"none", 0, 1, nil},
		{"one", 1, 1, []int{1}},
		{"as many as fit", 250, 1, []int{250}},
		{"one more", 251, 1, []int{250, 1}},
		{"large", 5, 100 << 10, []int{2, 2, 1}},
		{"as large as can be", 2, maxJob - 200, []int{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var sizes []int
			for i, b := range cut(t, clips(c.n, c.size)) {
				require.Equal(t, i, b.index)
				sizes = append(sizes, len(b.jobs))
			}
			require.Equal(t, c.sizes, sizes)
		})
	}
}

// TestCutJobsAgain checks that the same jobs have the same hashes, and that a job more, or another
// one, changes one of them.
func TestCutJobsAgain(t *testing.T) {
	t.Parallel()
	first := cut(t, clips(500, 1))
	require.Equal(t, first, cut(t, clips(500, 1)))
	longer := cut(t, clips(501, 1))
	require.Equal(t, first[0], longer[0])
	require.NotEqual(t, first[1].hash, longer[1].hash)
	require.NotEqual(t, first[0].hash, cut(t, clips(500, 2))[0].hash)
}

// TestCutJobsStops checks that no further job is read when nobody wants another batch.
func TestCutJobsStops(t *testing.T) {
	t.Parallel()
	c := newCutter(flow.Settings{Parts: defaultParts})
	for range c.batches(clips(10_000, 1)) {
		break
	}
	require.Equal(t, 251, c.read)
}

// TestWrongJobs checks what errors tell of jobs that are wrong.
func TestWrongJobs(t *testing.T) {
	t.Parallel()
	good := Job{Renderer: "clip", Path: "a.mp4", Params: json.RawMessage(`{}`)}
	for _, c := range []struct {
		name  string
		spoil func(*Job)
		text  string
	}{
		{"no path", func(j *Job) { j.Path = "" }, `jobs[1].Path: is empty`},
		{"absolute", func(j *Job) { j.Path = "/b.mp4" }, `jobs[1].Path "/b.mp4": must be names`},
		{"upwards", func(j *Job) { j.Path = "a/../b.mp4" }, `jobs[1].Path "a/../b.mp4": must be names`},
		{"folder", func(j *Job) { j.Path = "b/" }, `jobs[1].Path "b/": must be names`},
		{"dot", func(j *Job) { j.Path = "." }, `jobs[1].Path ".": must be names`},
		{"backslash", func(j *Job) { j.Path = `b\c.mp4` }, `must be names`},
		{"line feed", func(j *Job) { j.Path = "b\nc.mp4" }, `must be names`},
		{"long path", func(j *Job) { j.Path = strings.Repeat("b", 901) }, `at most 900 bytes`},
		{"part", func(j *Job) { j.Path = ".avloom/b.mp4" }, `jobs[1].Path ".avloom/b.mp4": is among the parts`},
		{"parts", func(j *Job) { j.Path = ".avloom" }, `jobs[1].Path ".avloom": is among the parts`},
		{"long ID", func(j *Job) { j.ID = strings.Repeat("b", 901) }, `jobs[1].ID "bbb`},
		{"ID of two lines", func(j *Job) { j.ID = "b\nc" }, `must have at most 900 bytes of printable text`},
		{"no renderer", func(j *Job) { j.Renderer = "" }, `jobs[1].Renderer: is empty`},
		{"no JSON", func(j *Job) { j.Params = json.RawMessage(`{`) }, `jobs[1].Params "{": is not JSON`},
		{"same path", func(j *Job) { j.Path, j.ID = "a.mp4", "b" }, `jobs[1].Path "a.mp4": is that of an earlier job, too`},
		{"same ID", func(j *Job) { j.ID = "a.mp4" }, `jobs[1].ID "a.mp4": is that of an earlier job, too`},
		{"too large", func(j *Job) { j.Params = json.RawMessage(`"` + strings.Repeat("<", 200_000) + `"`) }, `is larger than 1 MiB`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := good
			bad.Path = "b.mp4"
			c.spoil(&bad)
			cutter := newCutter(flow.Settings{Parts: defaultParts})
			batches := slices.Collect(cutter.batches(slices.Values([]Job{good, bad})))
			require.Empty(t, batches)
			var config *api.ConfigError
			require.ErrorAs(t, cutter.err, &config)
			require.ErrorContains(t, cutter.err, c.text)
		})
	}
}

// TestRunConfig checks the defaults, and what errors tell of wrong values.
func TestRunConfig(t *testing.T) {
	t.Parallel()
	s, err := RunConfig{}.settings()
	require.NoError(t, err)
	require.NotEqual(t, newID(), s.Run)
	require.Equal(t, "avloom", s.Queue)
	require.Equal(t, []any{1, time.Minute, 10 * time.Second, 3, ".avloom/"}, []any{s.Threads, s.Stall, s.Heartbeat, s.Attempts, s.Parts})
	s, err = RunConfig{ID: "night 7", Parts: "tmp/parts"}.settings()
	require.NoError(t, err)
	require.Equal(t, "tmp/parts/", s.Parts)
	for field, cfg := range map[string]RunConfig{
		"ID":        {ID: "a/b"},
		"Queue":     {Queue: strings.Repeat("q", 201)},
		"Threads":   {Threads: -1},
		"Stall":     {Stall: -time.Second},
		"Heartbeat": {Heartbeat: time.Second},
		"Attempts":  {Attempts: -1},
		"Parts":     {Parts: "/"},
	} {
		_, err := cfg.settings()
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, field)
		require.Equal(t, "RunConfig."+field, config.Field)
	}
	_, err = RunConfig{Queue: "q@build"}.settings()
	require.ErrorContains(t, err, `RunConfig.Queue "q@build": must not contain "@"`)
}
