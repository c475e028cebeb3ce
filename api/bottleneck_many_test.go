package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// crowd is a number of encoders that are fed by a goroutine each.
type crowd struct {
	encoders []*api.Encoder
	feeding  sync.WaitGroup
}

// add opens an encoder of small pictures that never waits for anything but a core, and feeds it
// until it is aborted. w gets the file.
func (c *crowd) add(t *testing.T, w io.Writer) {
	t.Helper()
	enc := api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)))
	t.Cleanup(func() { _ = enc.Abort(nil) })
	v := addVideo(t, enc, api.VideoConfig{Width: 160, Height: 120, FrameRate: 30, Codec: "libx264", Preset: "slow"})
	require.NoError(t, enc.OpenWriter(context.Background(), w, "mpegts"))
	c.encoders = append(c.encoders, enc)
	c.feeding.Go(func() {
		frame := make([]byte, 160*120*3)
		for k := 1; ; k++ {
			for i := range frame {
				frame[i] += byte(i * k)
			}
			if v.AddFrames(context.Background(), api.Frames{Data: frame, Layout: api.NHWC}) != nil {
				return
			}
		}
	})
}

// stats are the snapshots of all encoders, since earlier ones.
func (c *crowd) stats(earlier []api.Stats) []api.Stats {
	all := make([]api.Stats, len(c.encoders))
	for i, enc := range c.encoders {
		all[i] = enc.Stats()
		if earlier != nil {
			all[i] = all[i].Since(earlier[i])
		}
	}
	return all
}

func (c *crowd) abort() {
	for _, enc := range c.encoders {
		_ = enc.Abort(nil)
	}
	c.feeding.Wait()
}

// TestBottleneckIsTheCores runs far more encoders than there are cores. Whatever else the machine
// does, no core is free then, and every encoder waits for one.
func TestBottleneckIsTheCores(t *testing.T) {
	mediatest.NoLeaks(t)
	n := max(16, 4*runtime.NumCPU())
	var c crowd
	defer c.abort()
	for range n {
		c.add(t, io.Discard)
	}
	before := c.stats(nil)
	var all []api.Stats
	isShort := func() bool {
		all = c.stats(before)
		for _, s := range all {
			if s.CPU.Span < 200*time.Millisecond { // shorter times tell little
				return false
			}
		}
		limits := api.Limits(all...)
		return limits[0].Kind == api.LimitCores && len(limits[0].Encoders) == n &&
			api.Limits(all[3])[0].Kind == api.LimitCores
	}
	if !assertEventually(isShort) {
		require.Fail(t, "not short of cores", api.Bottleneck(all...))
	}
	limits := api.Limits(all...)
	require.Len(t, limits, 1, "%+v", limits)
	require.Equal(t, "convert+encode", limits[0].Node)
	require.GreaterOrEqual(t, limits[0].Busy, 0.9*limits[0].Cores)
	require.LessOrEqual(t, limits[0].Used, limits[0].Cores)
	require.Regexp(t, `^short of cores: [0-9.]+ of [0-9.]+ cores were in use.*, and the actors of \d+ of \d+ encoders were busy`,
		api.Bottleneck(all...))
	require.Equal(t, limits[0].Text, api.Bottleneck(all...))

	single := all[3]
	require.Equal(t, single.Bottleneck(), api.Bottleneck(single))
	require.Regexp(t, `^convert\+encode \(stream 0\): it was busy`, single.Bottleneck())
	require.Contains(t, single.Bottleneck(), "; short of cores: ")
	for _, s := range all {
		require.Equal(t, single.CPU.Process, s.CPU.Process)
	}
	require.Positive(t, limits[0].Used)
	text, err := json.Marshal(limits)
	require.NoError(t, err)
	var read []api.Limit
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, limits, read)
}

// assertEventually waits for a condition.
func assertEventually(condition func() bool) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if condition() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// TestBottleneckAmongMany finds the one encoder whose destination is stuck, and those that nobody
// feeds, among others.
func TestBottleneckAmongMany(t *testing.T) {
	mediatest.NoLeaks(t)
	var c crowd
	defer c.abort()
	for range 3 {
		c.add(t, io.Discard)
	}
	stuck := newStuckWriter()
	c.add(t, withClose{stuck})
	for range 2 {
		idle, v, _ := openNumbered(t, numberedVideo())
		addNumbered(t, v, 0, 1)
		c.encoders = append(c.encoders, idle)
	}
	c.encoders = append(c.encoders, api.NewEncoder())
	<-stuck.stuck
	var limits []api.Limit
	isFound := func() bool {
		limits = api.Limits(c.stats(nil)...)
		kinds := map[api.LimitKind][]int{}
		for _, l := range limits {
			kinds[l.Kind] = l.Encoders
		}
		return slices.Equal(kinds[api.LimitDestination], []int{3}) && slices.Equal(kinds[api.LimitCaller], []int{4, 5}) &&
			slices.Equal(kinds[api.LimitNone], []int{6})
	}
	if !assertEventually(isFound) {
		require.Fail(t, "not found", "%+v", limits)
	}
	text := api.Bottleneck(c.stats(nil)...)
	require.Contains(t, text, "encoder 3: mux: it was busy")
	require.Contains(t, text, "in writes to the destination, which is slow")
	require.Contains(t, text, "encoders 4 and 5: the caller: nothing was being fed")
	require.Contains(t, text, "encoder 6: nothing has run yet")
	require.Less(t, strings.Index(text, "encoder 3"), strings.Index(text, "encoders 4"))
}

// TestBottleneckOfAReport has the words for the jobs in their order.
func TestBottleneckOfAReport(t *testing.T) {
	t.Parallel()
	var jobs []api.Job
	for _, name := range []string{"a.mkv", "b.mkv"} {
		jobs = append(jobs, api.Job{Path: temporary(t, name), Run: func(ctx context.Context, enc *api.Encoder, path string) error {
			v, err := enc.AddVideo(numberedVideo())
			if err != nil {
				return err
			}
			if err := enc.OpenFile(ctx, path); err != nil {
				return err
			}
			return v.AddFrames(ctx, api.Frames{Data: numbered(0, 5), Layout: api.NHWC})
		}})
	}
	jobs = append(jobs, api.Job{Path: temporary(t, "c.mkv"), Run: func(context.Context, *api.Encoder, string) error {
		return errors.New("never opened")
	}})
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 1})
	require.ErrorContains(t, err, "never opened")
	require.Len(t, report.Results, 3)
	stats := []api.Stats{report.Results[0].Stats, report.Results[1].Stats, report.Results[2].Stats}
	require.Equal(t, api.Bottleneck(stats...), report.Bottleneck())
	require.Contains(t, report.Bottleneck(), "encoder 2: nothing has run yet")
}

// TestBottleneckWithoutCPUTime looks at snapshots that were made by hand.
func TestBottleneckWithoutCPUTime(t *testing.T) {
	t.Parallel()
	busy := api.Stats{
		Elapsed: time.Minute, Called: time.Minute,
		Nodes: []api.NodeStats{{Name: "encode", Copies: 1, Busy: 55 * time.Second}},
		Edges: []api.EdgeStats{{From: "input", To: "encode", Received: 1}},
	}
	require.NotContains(t, busy.Bottleneck(), "short of cores")
	many := slices.Repeat([]api.Stats{busy}, 8*runtime.GOMAXPROCS(0))
	require.Contains(t, api.Bottleneck(many...), "short of cores")
	require.Equal(t, api.LimitCores, api.Limits(many...)[0].Kind)
}
