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
		{"absolute", func(j *Job) { j.Path = "/b.mp4" }, `jobs[1].Path "/b.mp4": begins with a slash`},
		{"upwards", func(j *Job) { j.Path = "a/../b.mp4" }, `jobs[1].Path "a/../b.mp4": has the name "..", which leads out of the store`},
		{"folder", func(j *Job) { j.Path = "b/" }, `jobs[1].Path "b/": ends with a slash`},
		{"dot", func(j *Job) { j.Path = "." }, `jobs[1].Path ".": has the name "."`},
		{"dot before", func(j *Job) { j.Path = "./b.mp4" }, `has the name "."`},
		{"two slashes", func(j *Job) { j.Path = "a//b.mp4" }, `has an empty name`},
		{"no UTF-8", func(j *Job) { j.Path = "b\xff.mp4" }, `is not UTF-8`},
		{"backslash", func(j *Job) { j.Path = `b\c.mp4` }, `has a backslash`},
		{"line feed", func(j *Job) { j.Path = "b\nc.mp4" }, `has a character that cannot be printed ('\n')`},
		{"long path", func(j *Job) { j.Path = strings.Repeat("b", 901) }, `has more than 900 bytes`},
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
	for _, c := range []struct {
		field string
		cfg   RunConfig
		text  string
	}{
		{"ID", RunConfig{ID: "a/b"}, "without a slash"},
		{"Queue", RunConfig{Queue: strings.Repeat("q", 201)}, "at most 200 bytes"},
		{"Threads", RunConfig{Threads: -1}, "must be from 0 to 4096; 0 means 1"},
		{"Threads", RunConfig{Threads: 4097}, "must be from 0 to 4096; 0 means 1"},
		{"Stall", RunConfig{Stall: -time.Second}, "must be at least 1s; 0 means a minute"},
		{"Stall", RunConfig{Stall: 30}, "RunConfig.Stall 30ns: must be at least 1s"},
		{"Heartbeat", RunConfig{Heartbeat: time.Second}, "must be at least 2s"},
		{"Handover", RunConfig{Handover: 30}, "must be at least 10s"},
		{"Attempts", RunConfig{Attempts: -1}, "must not be negative"},
		{"Parts", RunConfig{Parts: "/"}, "begins with a slash"},
		{"Parts", RunConfig{Parts: "a//b"}, "has an empty name"},
		{"Parts", RunConfig{Parts: strings.Repeat("p", 200)}, "has more than 199 bytes"},
	} {
		_, err := c.cfg.settings()
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, c.field)
		require.Equal(t, "RunConfig."+c.field, config.Field)
		require.ErrorContains(t, err, c.text)
	}
	_, err = RunConfig{Threads: 4096, Stall: time.Second}.settings()
	require.NoError(t, err)
	_, err = RunConfig{Queue: "q@build"}.settings()
	require.ErrorContains(t, err, `RunConfig.Queue "q@build": must not contain "@"`)
}

// TestKeys: what is a key stays one.
func TestKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"a", "a/b.mp4", ".a/..b", "ä ö/日本.mp4", "a:b?c*", strings.Repeat("k", 900)} {
		require.Empty(t, keyFault(key, maxKey), key)
	}
}
