package api_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// shardOf names the variables that make TestShardChild run one part of the jobs.
const shardOf, shardIn = "AVLOOM_TEST_SHARD", "AVLOOM_TEST_SHARD_FOLDER"

const (
	shards    = 3
	shardJobs = 12
)

// TestShardsAsProcesses runs three parts of the jobs as processes, at the same time and with one
// manifest. Together they make every file once.
func TestShardsAsProcesses(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	var children []*exec.Cmd
	for k := range shards {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestShardChild$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", shardOf, k), shardIn+"="+dir)
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		children = append(children, cmd)
	}
	for _, cmd := range children {
		require.NoError(t, cmd.Wait())
	}
	lines := manifestLines(t, filepath.Join(dir, "made.jsonl"))
	var ids []string
	for _, line := range lines {
		ids = append(ids, line.ID)
	}
	slices.Sort(ids)
	var want []string
	for _, job := range jobsIn(dir, shardJobs) {
		require.FileExists(t, job.Path)
		want = append(want, job.ID)
	}
	slices.Sort(want)
	require.Equal(t, want, ids)
	require.Len(t, filesIn(t, dir), shardJobs+1)
}

// TestShardChild is a child of TestShardsAsProcesses, and nothing otherwise. Each child is given
// the jobs in another order.
func TestShardChild(t *testing.T) {
	index, child := os.LookupEnv(shardOf)
	if !child {
		return
	}
	k, err := strconv.Atoi(index)
	require.NoError(t, err)
	dir := os.Getenv(shardIn)
	jobs := jobsIn(dir, shardJobs)
	for range k {
		jobs = append(jobs[5:], jobs[:5]...)
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{
		Workers: 2, Shard: api.Shard{Index: k, Count: shards}, Manifest: filepath.Join(dir, "made.jsonl"),
	})
	require.NoError(t, err)
	for _, r := range report.Results {
		require.True(t, api.Shard{Index: k, Count: shards}.Has(r.ID))
	}
}

// TestShardsAreStable: a render that is resumed with a newer version must have the same parts. They
// were computed by another program:
//
//	printf %s "clip 0" | sha256sum | cut -c-16   # a hexadecimal number, modulo Count
func TestShardsAreStable(t *testing.T) {
	for id, part := range map[string]struct{ of10, of7 int }{
		"clip 0": {2, 4}, "clips/ä.mp4": {1, 4}, "a": {0, 4},
	} {
		for index := range 10 {
			require.Equal(t, index == part.of10, api.Shard{Index: index, Count: 10}.Has(id), id)
			if index < 7 {
				require.Equal(t, index == part.of7, api.Shard{Index: index, Count: 7}.Has(id), id)
			}
		}
	}
}

func TestShardsAreEven(t *testing.T) {
	const jobs, count = 10_000, 10
	for name, form := range map[string]string{"numbers": "%d", "even numbers": "%d0", "paths": "clips/seed-%06d.mp4"} {
		var sizes [count]int
		for k := range jobs {
			parts := 0
			for i := range count {
				if (api.Shard{Index: i, Count: count}).Has(fmt.Sprintf(form, k)) {
					sizes[i]++
					parts++
				}
			}
			require.Equal(t, 1, parts)
		}
		for _, size := range sizes {
			require.InDelta(t, jobs/count, size, 150, name)
		}
	}
	require.True(t, api.Shard{}.Has("any"))
	require.True(t, api.Shard{Count: 1}.Has("any"))
}

// TestShardPassesOverJobs: other jobs' parts leave no trace, and an endless row of them can be
// stopped.
func TestShardPassesOverJobs(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	shard := api.Shard{Index: 1, Count: 4}
	jobs := jobsIn(dir, 8)
	jobs[0].ID = "" // its path decides
	var mine []string
	for k := range jobs {
		id := jobs[k].ID
		if id == "" {
			id = jobs[k].Path
		}
		if shard.Has(id) {
			mine = append(mine, id)
			continue
		}
		jobs[k] = api.Job{ID: id} // without a path it would fail
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Shard: shard})
	require.NoError(t, err)
	var got []string
	for _, r := range report.Results {
		got = append(got, r.ID)
	}
	require.ElementsMatch(t, mine, got)
	require.Len(t, filesIn(t, dir), len(mine))

	ctx, cancel := context.WithCancel(context.Background())
	var endless iter.Seq[api.Job] = func(yield func(api.Job) bool) {
		other := api.Job{ID: "0"}
		for k := 0; shard.Has(other.ID); k++ {
			other.ID = fmt.Sprint(k)
		}
		for k := 0; yield(other); k++ {
			if k == 1000 {
				cancel()
			}
		}
	}
	_, err = api.RenderAll(ctx, endless, api.RenderConfig{Shard: shard})
	require.ErrorIs(t, err, context.Canceled)
}

func TestShardRefuses(t *testing.T) {
	mediatest.NoLeaks(t)
	for want, cfg := range map[string]api.RenderConfig{
		"Shard.Count -1: must not be negative":            {Shard: api.Shard{Count: -1}},
		"Shard.Index -1: must not be negative":            {Shard: api.Shard{Index: -1, Count: 3}},
		"Shard.Index 3: must be less than Shard.Count":    {Shard: api.Shard{Index: 3, Count: 3}},
		"Shard.Index 1: must be less than Shard.Count":    {Shard: api.Shard{Index: 1, Count: 1}},
		"Shard.Index 2: needs Shard.Count":                {Shard: api.Shard{Index: 2}},
		"Total -5: must not be negative; 0 means unknown": {Total: -5},
	} {
		cfg.Manifest = filepath.Join(t.TempDir(), "made.jsonl")
		asked := false
		_, err := api.RenderAll(context.Background(), func(func(api.Job) bool) { asked = true }, cfg)
		require.ErrorContains(t, err, want)
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.False(t, asked)
		require.NoFileExists(t, cfg.Manifest)
	}
}
