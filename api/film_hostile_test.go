package api_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// TestWrongFilms: what is wrong with a film is a *ConfigError before anything is drawn or touched.
func TestWrongFilms(t *testing.T) {
	mediatest.NoLeaks(t)
	crf := 30.0
	sound := stereo()
	play := func(context.Context, *api.AudioStream) error { return nil }
	for name, c := range map[string]struct {
		change func(f *api.Film, cfg *api.RenderConfig)
		field  string
	}{
		"no path":         {func(f *api.Film, _ *api.RenderConfig) { f.Path = "" }, "Path"},
		"no Draw":         {func(f *api.Film, _ *api.RenderConfig) { f.Draw = nil }, "Draw"},
		"no frames":       {func(f *api.Film, _ *api.RenderConfig) { f.Frames = 0 }, "Frames"},
		"negative frames": {func(f *api.Film, _ *api.RenderConfig) { f.Frames = -5 }, "Frames"},
		"negative chunk":  {func(f *api.Film, _ *api.RenderConfig) { f.Chunk = -1 }, "Chunk"},
		"no Sound":        {func(f *api.Film, _ *api.RenderConfig) { f.Audio = &sound }, "Sound"},
		"no Audio":        {func(f *api.Film, _ *api.RenderConfig) { f.Sound = play }, "Audio"},
		"bit rate":        {func(f *api.Film, _ *api.RenderConfig) { f.Video.BitRate = 1e6 }, "BitRate"},
		"bit rate, option": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.ExtraOptions = map[string]any{"b": "1M"}
		}, "ExtraOptions[b]"},
		"bit rate, x264": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.ExtraOptions = map[string]any{"x264-params": "bitrate=500"}
		}, "ExtraOptions[x264-params]"},
		"bit rate, x264opts": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.ExtraOptions = map[string]any{"x264opts": "bitrate=500"}
		}, "ExtraOptions[x264opts]"},
		"bit rate, x265": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.Codec, f.Video.ExtraOptions = "libx265", map[string]any{"x265-params": "bitrate=500"}
		}, "ExtraOptions[x265-params]"},
		"bit rate, SVT-AV1": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.Codec, f.Video.ExtraOptions = "libsvtav1", map[string]any{"svtav1-params": "rc=1:tbr=500"}
		}, "ExtraOptions[svtav1-params]"},
		"capped VP9": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.Codec, f.Video.CRF, f.Video.BitRate = "libvpx-vp9", &crf, 1e6
		}, "BitRate"},
		"variable rate":  {func(f *api.Film, _ *api.RenderConfig) { f.Video.VariableRate = true }, "VariableRate"},
		"out frame rate": {func(f *api.Film, _ *api.RenderConfig) { f.Video.OutFrameRate = 50 }, "OutFrameRate"},
		"drops":          {func(f *api.Film, _ *api.RenderConfig) { f.Video.OnFull = api.OnFullDrop }, "OnFull"},
		"best effort": {func(f *api.Film, _ *api.RenderConfig) {
			f.Options = []api.OutputOption{api.BestEffort()}
		}, "BestEffort"},
		"manifest":         {func(_ *api.Film, cfg *api.RenderConfig) { cfg.Manifest = "manifest" }, "Manifest"},
		"shard":            {func(_ *api.Film, cfg *api.RenderConfig) { cfg.Shard.Count = 2 }, "Shard"},
		"negative workers": {func(_ *api.Film, cfg *api.RenderConfig) { cfg.Workers = -1 }, "Workers"},
		"no width":         {func(f *api.Film, _ *api.RenderConfig) { f.Video.Width = 0 }, "Width"},
		"unknown codec":    {func(f *api.Film, _ *api.RenderConfig) { f.Video.Codec = "nonsense" }, "Codec"},
		"other container":  {func(f *api.Film, _ *api.RenderConfig) { f.Path += ".webm" }, "Codec"},
		"no container":     {func(f *api.Film, _ *api.RenderConfig) { f.Path += ".nonsense" }, "path"},
		"unknown option": {func(f *api.Film, _ *api.RenderConfig) {
			f.Video.ExtraOptions = map[string]any{"nonsense": 1}
		}, "ExtraOptions[nonsense]"},
		"odd size": {func(f *api.Film, _ *api.RenderConfig) { f.Video.Width = 65 }, "Width"},
		"gif": {func(f *api.Film, _ *api.RenderConfig) {
			f.Path, f.Video.Codec, f.Video.ExtraOptions = f.Path+".gif", "", nil
		}, "Codec"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			film := filmCase{codec: "libx264", container: "mp4", frames: 11, chunk: 4}.film(filepath.Join(dir, "film.mp4"))
			var drawn atomic.Int64
			film.Draw = func(context.Context, *api.VideoStream, int, int) error {
				drawn.Add(1)
				return errors.New("drawn")
			}
			var cfg api.RenderConfig
			c.change(&film, &cfg)
			_, err := api.RenderFilm(context.Background(), film, cfg)
			requireField(t, err, c.field)
			require.Zero(t, drawn.Load())
			require.Empty(t, filesIn(t, dir))
		})
	}
}

// TestFilmsWithWrongDraws: a chunk whose Draw does wrong ends the film, with an error that names
// the chunk. The others are kept.
func TestFilmsWithWrongDraws(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 23, chunk: 4, sound: "aac"}
	ours, want := errors.New("no picture"), undisturbed(t, c)
	ctx := context.Background()
	cases := map[string]struct {
		draw  func(ctx context.Context, v *api.VideoStream, from, n int) error
		error string
	}{
		"too few": {func(ctx context.Context, v *api.VideoStream, from, n int) error {
			return c.draw(ctx, v, from, n-1)
		}, "3"},
		"none": {func(context.Context, *api.VideoStream, int, int) error { return nil }, "0"},
		"too many": {func(ctx context.Context, v *api.VideoStream, from, n int) error {
			return c.draw(ctx, v, from, n+1)
		}, "4"},
		"too many at the end, one by one, without a look at errors": {
			func(ctx context.Context, v *api.VideoStream, from, n int) error {
				for k := range n + 3 {
					_ = c.draw(ctx, v, from+k, 1)
				}
				return nil
			}, "4",
		},
		"too many acquired": {func(ctx context.Context, v *api.VideoStream, from, n int) error {
			for range n + 1 {
				p, err := v.Acquire(ctx)
				if err != nil {
					return err
				}
				if err := v.Commit(ctx, p); err != nil {
					return err
				}
			}
			return nil
		}, "4"},
		"panic":  {func(context.Context, *api.VideoStream, int, int) error { panic("boom") }, "boom"},
		"goexit": {func(context.Context, *api.VideoStream, int, int) error { runtime.Goexit(); return nil }, "Goexit"},
		"error":  {func(context.Context, *api.VideoStream, int, int) error { return ours }, "no picture"},
		"wrapped": {func(ctx context.Context, v *api.VideoStream, _, _ int) error {
			return v.AddFrames(ctx, api.Frames{Data: []byte{1}})
		}, "Data"},
		"end, then more": {func(ctx context.Context, v *api.VideoStream, from, n int) error {
			if err := c.draw(ctx, v, from, n-1); err != nil {
				return err
			}
			_ = v.End()
			return c.draw(ctx, v, from+n-1, 1)
		}, "ended"},
		"end too early": {func(ctx context.Context, v *api.VideoStream, from, n int) error {
			_ = c.draw(ctx, v, from, n-1)
			return v.End()
		}, "3"},
	}
	t.Run("draws", func(t *testing.T) {
		for name, wrong := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "film.mp4")
				film := c.film(path)
				film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
					if from == 8 {
						return wrong.draw(ctx, v, from, n)
					}
					return c.draw(ctx, v, from, n)
				}
				report, err := api.RenderFilm(ctx, film, api.RenderConfig{Workers: 1})
				require.ErrorContains(t, err, "chunk 2, frames 8 to 11")
				require.ErrorContains(t, err, wrong.error)
				if name == "error" {
					require.ErrorIs(t, err, ours)
				}
				if name == "panic" {
					var panicked *pipeline.PanicError
					require.ErrorAs(t, err, &panicked)
				}
				require.NoFileExists(t, path)
				require.Len(t, report.Results, 3)
				require.Equal(t, []int{8, 12, 16, 20}, resume(t, c.film(path)))
				requireContent(t, want, path)
			})
		}
	})
}

// TestFilmsWithOddDraws: Draw may end its stream by itself and force key frames, and a stream that
// it has kept is of no use after it.
func TestFilmsWithOddDraws(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 23, chunk: 4}
	want := undisturbed(t, c)
	ctx := context.Background()
	t.Run("end", func(t *testing.T) {
		path, film := temporary(t, "film.mp4"), c
		film.feed = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			return errors.Join(c.draw(ctx, v, from, n), v.End(), v.End())
		}
		film.render(t, path, 2)
		requireContent(t, want, path)
	})
	t.Run("kept", func(t *testing.T) {
		path, film := temporary(t, "film.mp4"), c
		var mu sync.Mutex
		var kept []*api.VideoStream
		film.feed = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			mu.Lock()
			defer mu.Unlock()
			for _, old := range kept {
				if err := c.draw(ctx, old, 0, 1); err == nil {
					return errors.New("a stream took a frame after its Draw")
				}
			}
			kept = append(kept, v)
			return c.draw(ctx, v, from, n)
		}
		film.render(t, path, 1)
		requireContent(t, want, path)
		for _, v := range kept {
			require.Error(t, c.draw(ctx, v, 0, 1))
			require.Error(t, v.ForceKeyFrame())
			require.NotPanics(t, func() { _ = v.End() })
		}
	})
	t.Run("concurrent", func(t *testing.T) {
		path, film := temporary(t, "film.mp4"), c
		film.feed = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			for k := range n {
				turn := make(chan error)
				go func() { turn <- c.draw(ctx, v, from+k, 1) }()
				if err := <-turn; err != nil {
					return err
				}
			}
			return nil
		}
		film.render(t, path, 3)
		requireContent(t, want, path)
	})
	t.Run("still feeding", func(t *testing.T) { // Draw returns while a goroutine of its own feeds
		path, film := temporary(t, "film.mp4"), c.film(temporary(t, "film.mp4"))
		film.Path = path
		var feeding sync.WaitGroup
		film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			feeding.Go(func() { _ = c.draw(ctx, v, from, n) })
			return nil
		}
		_, err := api.RenderFilm(ctx, film, api.RenderConfig{Workers: 1})
		feeding.Wait()
		if err == nil { // all frames came in time
			requireContent(t, want, path)
			return
		}
		require.ErrorContains(t, err, "chunk")
		require.NoFileExists(t, path)
	})
}
