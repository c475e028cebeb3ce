package api_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// wrongFilm is a film, or a config, that is wrong.
type wrongFilm struct {
	name, field string
	change      func(f *api.Film, cfg *api.RenderConfig)
}

// wrongVideo is a film whose video is wrong.
func wrongVideo(name, field string, change func(*api.VideoConfig)) wrongFilm {
	return wrongFilm{name, field, func(f *api.Film, _ *api.RenderConfig) { change(&f.Video) }}
}

func wrongFilms() []wrongFilm {
	sound := stereo()
	return []wrongFilm{
		{"film without a path", "Path", func(f *api.Film, _ *api.RenderConfig) { f.Path = "" }},
		{"film that nobody draws", "Draw", func(f *api.Film, _ *api.RenderConfig) { f.Draw = nil }},
		{"film without frames", "Frames", func(f *api.Film, _ *api.RenderConfig) { f.Frames = 0 }},
		{"film of too many frames", "Frames", func(f *api.Film, _ *api.RenderConfig) { f.Frames = 1 << 40 }},
		{"film that is longer than flv", "Frames", func(f *api.Film, _ *api.RenderConfig) {
			f.Path, f.Frames, f.Chunk = f.Path+".flv", 1<<30, 0
		}},
		{"film in negative chunks", "Chunk", func(f *api.Film, _ *api.RenderConfig) { f.Chunk = -1 }},
		{"film in too many chunks", "Chunk", func(f *api.Film, _ *api.RenderConfig) { f.Frames, f.Chunk = 1_000_000, 1 }},
		{"film with sound that nobody feeds", "Sound", func(f *api.Film, _ *api.RenderConfig) { f.Audio = &sound }},
		{"film with sound of no kind", "Audio", func(f *api.Film, _ *api.RenderConfig) {
			f.Sound = func(context.Context, *api.AudioStream) error { return nil }
		}},
		wrongVideo("film at a bit rate", "BitRate", func(v *api.VideoConfig) { v.BitRate = 1e6 }),
		wrongVideo("film at a bit rate, as an option", "ExtraOptions[b]", with("b", "1M")),
		wrongVideo("film at a bit rate, as a parameter", "ExtraOptions[x264-params]", with("x264-params", "bitrate=500")),
		wrongVideo("film with a cap of the bit rate", "ExtraOptions[maxrate]", with("maxrate", "1M")),
		wrongVideo("film at a variable rate", "VariableRate", func(v *api.VideoConfig) { v.VariableRate = true }),
		wrongVideo("film at another rate", "OutFrameRate", func(v *api.VideoConfig) { v.OutFrameRate = 50 }),
		wrongVideo("film that drops frames", "OnFull", func(v *api.VideoConfig) { v.OnFull = api.OnFullDrop }),
		wrongVideo("film on a GPU", "Device", func(v *api.VideoConfig) { v.Device, v.Codec = "cuda", "" }),
		wrongVideo("film that has no size", "Width", func(v *api.VideoConfig) { v.Width = 0 }),
		{"film that cannot begin anew", "Codec", func(f *api.Film, _ *api.RenderConfig) {
			f.Path, f.Video.Codec, f.Video.Preset = f.Path+".gif", "", ""
		}},
		{"film in another container", "Codec", func(f *api.Film, _ *api.RenderConfig) { f.Path += ".webm" }},
		{"film with best effort", "BestEffort", func(f *api.Film, _ *api.RenderConfig) {
			f.Options = []api.OutputOption{api.BestEffort()}
		}},
		{"film with a manifest", "Manifest", func(_ *api.Film, cfg *api.RenderConfig) { cfg.Manifest = "list" }},
		{"film in shards", "Shard", func(_ *api.Film, cfg *api.RenderConfig) { cfg.Shard.Count = 2 }},
		{"film by negative workers", "Workers", func(_ *api.Film, cfg *api.RenderConfig) { cfg.Workers = -1 }},
	}
}

// noteWrongFilms notes what is wrong with films. Nothing is drawn and nothing is written.
func noteWrongFilms(t *testing.T, note func(name, field string, err error)) {
	dir := t.TempDir()
	for _, c := range wrongFilms() {
		f, cfg := newFilm(filepath.Join(dir, "film.mp4")), api.RenderConfig{}
		f.Draw = func(context.Context, *api.VideoStream, int, int) error { panic("is drawn") }
		c.change(&f, &cfg)
		_, err := api.RenderFilm(context.Background(), f, cfg)
		note(c.name, c.field, err)
	}
	for i, name := range []string{"film with too few frames", "film with too many frames"} {
		f := newFilm(filepath.Join(dir, "film.mp4"))
		f.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			return drawFilm(ctx, v, from, n-1+2*i)
		}
		_, err := api.RenderFilm(context.Background(), f, api.RenderConfig{Workers: 1})
		note(name, "Draw", err)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// A film that failed goes on with the chunks that are missing, and has the bytes of one that did
// not.
func TestResumeFilm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := newFilm(filepath.Join(dir, "want.mp4"))
	renderFilm(t, want, api.RenderConfig{})
	f := newFilm(filepath.Join(dir, "film.mp4"))
	require.NoError(t, os.WriteFile(f.Path, []byte("older"), 0o644))
	broken := errors.New("no power")
	f.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		if from == 60 {
			return broken
		}
		return drawFilm(ctx, v, from, n)
	}
	_, err := api.RenderFilm(context.Background(), f, api.RenderConfig{Workers: 1})
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "avloom: chunk 2, frames 60 to 89: no power")
	older, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	require.Equal(t, "older", string(older))

	var drawn []int
	f.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		drawn = append(drawn, from)
		return drawFilm(ctx, v, from, n)
	}
	report := renderFilm(t, f, api.RenderConfig{Workers: 1, Resume: true})
	require.Equal(t, []int{60, 90}, drawn)
	require.True(t, report.Results[0].Skipped)
	require.False(t, report.Results[2].Skipped)
	wantBytes, err := os.ReadFile(want.Path)
	require.NoError(t, err)
	bytes, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	require.Equal(t, wantBytes, bytes)

	drawn = nil
	report = renderFilm(t, f, api.RenderConfig{Resume: true})
	require.Empty(t, drawn, "the film is complete")
	require.Len(t, report.Results, 4)
}

// The sound of a film is that of one encoder.
func TestFilmWithSound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sound := stereo()
	f := newFilm(filepath.Join(dir, "film.mp4"))
	f.Audio, f.Sound = &sound, func(ctx context.Context, a *api.AudioStream) error {
		block := make([]float32, 2*48000)
		for i := range block {
			block[i] = float32(i%480)/480 - 0.5
		}
		for range 4 {
			if err := a.AddInterleaved(ctx, block); err != nil {
				return err
			}
		}
		return nil
	}
	renderFilm(t, f, api.RenderConfig{})
	alone := filepath.Join(dir, "sound.mp4")
	enc := api.NewEncoder()
	a, err := enc.AddAudio(sound)
	require.NoError(t, err)
	require.NoError(t, enc.OpenFile(context.Background(), alone))
	require.NoError(t, f.Sound(context.Background(), a))
	require.NoError(t, enc.Close())
	require.Equal(t, mediatest.Sound(t, alone, 0), mediatest.Sound(t, f.Path, 1))
}

// A film whose context ends while only the sound is missing ends with the cause.
func TestFilmStoppedInItsSound(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(context.Background())
	enough, drawn, sound := errors.New("enough"), make(chan struct{}), stereo()
	f := newFilm(filepath.Join(t.TempDir(), "film.mp4"))
	f.Audio, f.Sound = &sound, func(ctx context.Context, _ *api.AudioStream) error {
		<-drawn
		cancel(enough)
		<-ctx.Done()
		return context.Cause(ctx)
	}
	report, err := api.RenderFilm(ctx, f, api.RenderConfig{Workers: 2, Progress: func(p api.Progress) {
		if p.Done == p.Total {
			close(drawn)
		}
	}})
	require.Equal(t, enough, err)
	require.Len(t, report.Results, 4)
	require.NoFileExists(t, f.Path)
	require.FileExists(t, f.Path+".chunks/00003")
}

// Two calls cannot make the same film at a time, and what is not of the film stays.
func TestFilmsInOneFolder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := newFilm(filepath.Join(t.TempDir(), "film.mp4"))
	notes := filepath.Join(f.Path+".chunks", "notes.txt")
	require.NoError(t, os.Mkdir(f.Path+".chunks", 0o755))
	require.NoError(t, os.WriteFile(notes, nil, 0o644))
	second := f
	f.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		_, err := api.RenderFilm(ctx, second, api.RenderConfig{Resume: true})
		if assert.ErrorContains(t, err, "another RenderFilm is making this film") {
			return drawFilm(ctx, v, from, n)
		}
		return err
	}
	_, err := api.RenderFilm(ctx, f, api.RenderConfig{Workers: 1})
	require.NoError(t, err)
	require.FileExists(t, notes)
	entries, err := os.ReadDir(f.Path + ".chunks")
	require.NoError(t, err)
	require.Len(t, entries, 1)

	blocked := filepath.Join(f.Path+".chunks", "00001")
	require.NoError(t, os.WriteFile(blocked, []byte("precious"), 0o644))
	_, err = api.RenderFilm(ctx, second, api.RenderConfig{Workers: 1})
	require.ErrorContains(t, err, "chunk 1, frames 30 to 59: "+blocked+" is not of this film")
	data, err := os.ReadFile(blocked)
	require.NoError(t, err)
	require.Equal(t, "precious", string(data))
}
