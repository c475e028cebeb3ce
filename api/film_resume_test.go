package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// halfFilm is a film of which all chunks but the last one are complete.
func halfFilm(t *testing.T, c filmCase, path string) {
	t.Helper()
	film := c.film(path)
	failure := errors.New("no more")
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		if from+n == c.frames {
			return failure
		}
		return c.draw(ctx, v, from, n)
	}
	_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 1})
	require.ErrorIs(t, err, failure)
	require.NoFileExists(t, path)
}

// resume completes a film, and returns the first frames of the chunks that were drawn.
func resume(t *testing.T, film api.Film) (drawn []int) {
	t.Helper()
	var mu sync.Mutex
	draw := film.Draw
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		mu.Lock()
		drawn = append(drawn, from)
		mu.Unlock()
		return draw(ctx, v, from, n)
	}
	report, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Resume: true, Workers: 2})
	require.NoError(t, err)
	slices.Sort(drawn)
	for _, r := range report.Results {
		require.Equal(t, r.Skipped, !slices.Contains(drawn, firstOf(t, r)), r.ID)
	}
	require.Empty(t, besides(t, film.Path))
	return drawn
}

// TestFilmWithDamagedChunks changes the files of chunks that are complete. Those that were changed
// are drawn anew, and only those.
func TestFilmWithDamagedChunks(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 23, chunk: 4}
	want := undisturbed(t, c)
	read := func(t *testing.T, name string) []byte {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		return content
	}
	write := func(t *testing.T, name string, content []byte) {
		require.NoError(t, os.WriteFile(name, content, 0o600))
	}
	cases := map[string]struct {
		do    func(t *testing.T, dir string)
		drawn []int
	}{
		"none": {func(*testing.T, string) {}, []int{20}},
		"removed": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "00003")))
		}, []int{12, 20}},
		"empty": {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "00000"), nil) }, []int{0, 20}},
		"longer": {func(t *testing.T, dir string) {
			name := filepath.Join(dir, "00001")
			write(t, name, append(read(t, name), 0))
		}, []int{4, 20}},
		"swapped": {func(t *testing.T, dir string) {
			a, b := filepath.Join(dir, "00001"), filepath.Join(dir, "00002")
			inA := read(t, a)
			write(t, a, read(t, b))
			write(t, b, inA)
		}, []int{4, 8, 20}},
		"copied": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "00001"), read(t, filepath.Join(dir, "00002")))
		}, []int{4, 20}},
		"of another configuration": {func(t *testing.T, dir string) {
			other, path := c, temporary(t, "film.mp4")
			other.video = options(map[string]any{"preset": "ultrafast", "qp": 30})
			halfFilm(t, other, path)
			write(t, filepath.Join(dir, "00001"), read(t, filepath.Join(path+".chunks", "00001")))
		}, []int{4, 20}},
		"of another length": {func(t *testing.T, dir string) {
			other, path := c, temporary(t, "film.mp4")
			other.chunk = 5
			halfFilm(t, other, path)
			write(t, filepath.Join(dir, "00000"), read(t, filepath.Join(path+".chunks", "00000")))
		}, []int{0, 20}},
		"one bit": {func(t *testing.T, dir string) {
			name := filepath.Join(dir, "00002")
			content := read(t, name)
			content[rand.IntN(len(content))] ^= byte(1) << rand.IntN(8)
			write(t, name, content)
		}, []int{8, 20}},
		"cut off": {func(t *testing.T, dir string) {
			name := filepath.Join(dir, "00002")
			content := read(t, name)
			write(t, name, content[:rand.IntN(len(content))])
		}, []int{8, 20}},
	}
	times := 1
	if mediatest.Long(t) {
		times = 40
	}
	t.Run("damage", func(t *testing.T) {
		for name, damage := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for range times {
					path := temporary(t, "film.mp4")
					halfFilm(t, c, path)
					damage.do(t, path+".chunks")
					require.Equal(t, damage.drawn, resume(t, c.film(path)))
					requireContent(t, want, path)
				}
			})
		}
	})
}

// TestFilmResumedWithAnotherConfiguration takes no chunk of a film of another configuration, and
// all of one that differs in nothing that matters.
func TestFilmResumedWithAnotherConfiguration(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 11, chunk: 4}
	crf := 30.0
	cases := map[string]struct {
		change func(f *api.Film)
		drawn  []int
	}{
		"nothing":     {func(*api.Film) {}, []int{8}},
		"crf":         {func(f *api.Film) { f.Video.CRF = &crf }, []int{0, 4, 8}},
		"fingerprint": {func(f *api.Film) { f.Fingerprint = "another" }, []int{0, 4, 8}},
		"rate":        {func(f *api.Film) { f.Video.FrameRate = 30 }, []int{0, 4, 8}},
		"option":      {func(f *api.Film) { f.Video.ExtraOptions = map[string]any{"qp": 20} }, []int{0, 4, 8}},
		"interval":    {func(f *api.Film) { f.Video.KeyInterval = 2 }, []int{0, 4, 8}},
		"range":       {func(f *api.Film) { f.Video.ColorRange = "pc" }, []int{0, 4, 8}},
		"aspect":      {func(f *api.Film) { f.Video.PixelAspect = 2 }, []int{0, 4, 8}},
		"threads":     {func(f *api.Film) { f.Video.Threads = 2 }, []int{0, 4, 8}},
	}
	t.Run("changes", func(t *testing.T) {
		for name, change := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "film.mp4")
				halfFilm(t, c, path)
				film := c.film(path)
				change.change(&film)
				require.Equal(t, change.drawn, resume(t, film))
				fresh := film
				fresh.Path = temporary(t, "film.mp4")
				_, err := api.RenderFilm(context.Background(), fresh, api.RenderConfig{})
				require.NoError(t, err)
				want, err := os.ReadFile(fresh.Path)
				require.NoError(t, err)
				requireContent(t, want, path)
			})
		}
	})
}

// TestFilmMadeAnew: without Resume nothing of an earlier call is used, and with it a film that is
// complete is not touched.
func TestFilmMadeAnew(t *testing.T) {
	mediatest.NoLeaks(t)
	c, path := filmCase{codec: "libx264", container: "mp4", frames: 11, chunk: 4}, temporary(t, "film.mp4")
	halfFilm(t, c, path)
	drawn := 0
	film := c.film(path)
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		drawn++
		return c.draw(ctx, v, from, n)
	}
	_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 1})
	require.NoError(t, err)
	require.Equal(t, 3, drawn)
	require.Empty(t, besides(t, path))
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.Empty(t, resume(t, film))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after))
}

// TestFilmBesideFilesOfOthers removes nothing that the folder of the chunks has from others.
func TestFilmBesideFilesOfOthers(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, resumes := range []bool{false, true} {
		c, path := filmCase{codec: "libx264", container: "mp4", frames: 11, chunk: 4}, temporary(t, "film.mp4")
		halfFilm(t, c, path)
		for _, name := range []string{"notes.txt", "00002.bak", "1", "000000", "sound.wav"} {
			require.NoError(t, os.WriteFile(filepath.Join(path+".chunks", name), []byte("mine"), 0o600))
		}
		require.NoError(t, os.Mkdir(filepath.Join(path+".chunks", "folder"), 0o700))
		_, err := api.RenderFilm(context.Background(), c.film(path), api.RenderConfig{Resume: resumes})
		require.NoError(t, err)
		require.Equal(t, []string{"000000", "00002.bak", "1", "folder", "notes.txt", "sound.wav"}, filesIn(t, path+".chunks"),
			fmt.Sprint(resumes))
	}
}

// TestFilmWithAChunkOfOthers leaves alone what has the name of a chunk and is none. It is found
// before anything is drawn.
func TestFilmWithAChunkOfOthers(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", frames: 11, chunk: 4}
	for kind, make := range map[string]func(name string) error{
		"link":   func(name string) error { return os.Symlink("nowhere", name) },
		"folder": func(name string) error { return os.Mkdir(name, 0o700) },
		"text":   func(name string) error { return os.WriteFile(name, []byte("mine"), 0o600) },
	} {
		for name, want := range map[string]string{
			"00002": "chunk 2, frames 8 to 10", "sound": "sound", "replaces": "replaces", "lock": "lock",
		} {
			for _, resumes := range []bool{false, true} {
				path := temporary(t, "film.mp4")
				halfFilm(t, c, path)
				foreign := filepath.Join(path+".chunks", name)
				require.NoError(t, make(foreign))
				film := c.film(path)
				film.Draw = func(context.Context, *api.VideoStream, int, int) error { return errors.New("drawn") }
				_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Resume: resumes})
				require.ErrorContains(t, err, foreign, kind)
				require.ErrorContains(t, err, want)
				require.NotContains(t, err.Error(), "drawn")
				require.FileExists(t, filepath.Join(path+".chunks", "00000"), "the chunks stay")
				_, err = os.Lstat(foreign)
				require.NoError(t, err)
			}
		}
	}
}
