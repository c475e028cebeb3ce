package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// shared is a video stream whose number of threads is the budget's affair. Its pictures are high
// enough for x264 to use all it is given.
func shared() api.VideoConfig {
	return api.VideoConfig{Width: 64, Height: 1024, FrameRate: 30, Codec: "libx264", Preset: "ultrafast"}
}

var threadsInStream = regexp.MustCompile(`x264 - core .*? threads=(\d+)`)

// threadsOf closes an encoder and returns how many threads x264 says it had, stream by stream.
func threadsOf(t *testing.T, enc *api.Encoder, to *api.MemoryFile, streams ...*api.VideoStream) []int {
	t.Helper()
	for _, s := range streams {
		require.NoError(t, s.AddFrames(context.Background(), api.Frames{Data: make([]byte, 64*1024*3)}))
	}
	require.NoError(t, enc.Close())
	var threads []int
	for _, match := range threadsInStream.FindAllSubmatch(to.Bytes(), -1) {
		n, err := strconv.Atoi(string(match[1]))
		require.NoError(t, err)
		threads = append(threads, n)
	}
	require.Len(t, threads, len(streams))
	return threads
}

// sharing returns an encoder under a budget with these streams, not open yet.
func sharing(t *testing.T, b *api.ThreadBudget, cfgs ...api.VideoConfig) (*api.Encoder, []*api.VideoStream) {
	t.Helper()
	enc := api.NewEncoder(api.WithThreadBudget(b))
	var streams []*api.VideoStream
	for _, cfg := range cfgs {
		streams = append(streams, addVideo(t, enc, cfg))
	}
	return enc, streams
}

// alone returns how many threads an encoder gets that opens under this budget now.
func alone(t *testing.T, b *api.ThreadBudget) int {
	t.Helper()
	enc, streams := sharing(t, b, shared())
	var file api.MemoryFile
	require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
	return threadsOf(t, enc, &file, streams...)[0]
}

func TestThreadBudgetIsDivided(t *testing.T) {
	own := shared()
	own.Threads = 3
	option := shared()
	option.ExtraOptions = map[string]any{"threads": 5}
	for name, c := range map[string]struct {
		budget   int
		encoders [][]api.VideoConfig
		want     [][]int
	}{
		"one alone":                {4, [][]api.VideoConfig{{shared()}}, [][]int{{4}}},
		"two":                      {4, [][]api.VideoConfig{{shared()}, {shared()}}, [][]int{{2}, {2}}},
		"what two leave, the last": {5, [][]api.VideoConfig{{shared()}, {shared()}}, [][]int{{2}, {3}}},
		"two streams of one":       {8, [][]api.VideoConfig{{shared(), shared()}, {shared()}}, [][]int{{2, 2}, {4}}},
		"more than there are":      {2, [][]api.VideoConfig{{shared()}, {shared()}, {shared()}}, [][]int{{1}, {1}, {1}}},
		"numbers of their own":     {4, [][]api.VideoConfig{{own, shared()}, {option}}, [][]int{{3, 2}, {5}}},
		"none is all cores":        {0, [][]api.VideoConfig{{shared()}}, [][]int{{runtime.GOMAXPROCS(0)}}},
	} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			b := api.NewThreadBudget(c.budget)
			encoders, streams := make([]*api.Encoder, len(c.encoders)), make([][]*api.VideoStream, len(c.encoders))
			for i, cfgs := range c.encoders {
				encoders[i], streams[i] = sharing(t, b, cfgs...)
			}
			files := make([]api.MemoryFile, len(encoders))
			for i, enc := range encoders {
				require.NoError(t, enc.OpenWriter(context.Background(), &files[i], "mkv"))
			}
			for i, enc := range encoders {
				require.Equal(t, c.want[i], threadsOf(t, enc, &files[i], streams[i]...))
			}
		})
	}
}

func TestThreadsComeBack(t *testing.T) {
	ctx := context.Background()
	closed := errors.New("closed")
	for name, use := range map[string]func(t *testing.T, b *api.ThreadBudget){
		"close": func(t *testing.T, b *api.ThreadBudget) { alone(t, b) },
		"close without opening": func(t *testing.T, b *api.ThreadBudget) {
			enc, _ := sharing(t, b, shared())
			require.NoError(t, enc.Close())
			require.NoError(t, enc.Close())
		},
		"abort": func(t *testing.T, b *api.ThreadBudget) {
			enc, _ := sharing(t, b, shared())
			require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"))
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
			require.ErrorIs(t, enc.Close(), api.ErrAborted)
		},
		"abort without opening": func(t *testing.T, b *api.ThreadBudget) {
			enc, _ := sharing(t, b, shared())
			require.ErrorIs(t, enc.Abort(closed), closed)
			require.ErrorIs(t, enc.Abort(closed), closed)
		},
		"context, without close": func(t *testing.T, b *api.ThreadBudget) {
			ctx, cancel := context.WithCancel(ctx)
			enc, streams := sharing(t, b, shared())
			require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"))
			cancel()
			require.Error(t, streams[0].End())
			require.Eventually(t, func() bool { return alone(t, b) == 4 }, time.Minute, time.Millisecond)
		},
		"open fails": func(t *testing.T, b *api.ThreadBudget) {
			enc, streams := sharing(t, b, shared())
			require.Error(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "unheard-of"))
			var file api.MemoryFile
			require.NoError(t, enc.OpenWriter(ctx, &file, "mkv"))
			require.Equal(t, []int{4}, threadsOf(t, enc, &file, streams...))
		},
		"garbage": func(t *testing.T, b *api.ThreadBudget) {
			sharing(t, b, shared())
			require.Eventually(t, func() bool { runtime.GC(); return alone(t, b) == 4 }, time.Minute, time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			b := api.NewThreadBudget(4)
			use(t, b)
			require.Equal(t, 4, alone(t, b))
		})
	}
}

// TestThreadBudgetUnderRace opens and ends encoders from many goroutines, with the race detector
// looking on.
func TestThreadBudgetUnderRace(t *testing.T) {
	mediatest.NoLeaks(t)
	b := api.NewThreadBudget(4)
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for range 3 {
				enc := api.NewEncoder(api.WithThreadBudget(b))
				if _, err := enc.AddVideo(shared()); err != nil {
					t.Error(err)
				}
				if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"); err != nil {
					t.Error(err)
				}
				if i%2 == 0 {
					_ = enc.Abort(nil)
				}
				_ = enc.Close()
			}
		})
	}
	workers.Wait()
	require.Equal(t, 4, alone(t, b))
}

// TestThreadBudgetIsNotInTheConfig checks that a budget neither contradicts an option nor writes
// into the config.
func TestThreadBudgetIsNotInTheConfig(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := shared()
	cfg.ExtraOptions = map[string]any{"x264-params": "threads=2"}
	before, err := json.Marshal(cfg)
	require.NoError(t, err)
	enc, streams := sharing(t, api.NewThreadBudget(4), cfg)
	var file api.MemoryFile
	require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
	require.Equal(t, []int{2}, threadsOf(t, enc, &file, streams...))
	after, err := json.Marshal(cfg)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

// TestOneThreadConvertsAndEncodes looks at the actors of streams under a budget, and at what they
// make.
func TestOneThreadConvertsAndEncodes(t *testing.T) {
	mediatest.NoLeaks(t)
	encode := func(budget int) (names []string, file api.MemoryFile) {
		enc, streams := sharing(t, api.NewThreadBudget(budget), numberedVideo())
		require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
		for k := range 20 {
			require.NoError(t, streams[0].AddFrames(context.Background(), api.Frames{Data: numbered(k, 1), Layout: api.NHWC}))
		}
		p, err := streams[0].Acquire(context.Background())
		require.NoError(t, err)
		clear(p.Pix)
		require.NoError(t, streams[0].Commit(context.Background(), p))
		require.NoError(t, enc.Close())
		for _, n := range enc.Stats().Nodes {
			names = append(names, n.Name)
			require.Equal(t, int64(21), n.In, n.Name)
		}
		return names, file
	}
	apart, want := encode(4)
	together, got := encode(1)
	require.Equal(t, []string{"convert", "encode", "mux"}, apart)
	require.Equal(t, []string{"convert+encode", "mux"}, together)
	require.Equal(t, want.Bytes(), got.Bytes())
}
