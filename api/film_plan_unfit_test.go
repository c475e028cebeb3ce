package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestPartsThatDoNotFit gives Check and Join a part that is missing, damaged, or of another film.
// The error names it, and the film gets no file.
func TestPartsThatDoNotFit(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", sound: "aac", video: bFrames(), frames: 23, chunk: 4}
	plan, part := madeParts(t, c, func(*api.Film) {})
	other := func(change func(f *api.Film)) func(t *testing.T, index int) string {
		return func(t *testing.T, index int) string {
			_, part := madeParts(t, c, change)
			return part(index)
		}
	}
	changed := func(change func(content []byte) []byte) func(t *testing.T, index int) string {
		return func(t *testing.T, index int) string {
			content, err := os.ReadFile(part(index))
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "changed")
			require.NoError(t, os.WriteFile(path, change(content), 0o600))
			return path
		}
	}
	crf := 30.0
	cases := map[string]struct {
		path func(t *testing.T, index int) string
		text string
	}{
		"missing":                {func(t *testing.T, _ int) string { return filepath.Join(t.TempDir(), "none") }, "no such file"},
		"of another fingerprint": {other(func(f *api.Film) { f.Fingerprint = "other" }), "made for another film"},
		"of another quality":     {other(func(f *api.Film) { f.Video.CRF = &crf; f.Audio.BitRate = 64000 }), "made for another film"},
		"of another cut":         {other(func(f *api.Film) { f.Chunk = 5; f.Fingerprint = "other" }), "its file"},
		"of another chunk":       {func(_ *testing.T, index int) string { return part(max(index, -1) + 1) }, "its file holds frames"},
		"empty":                  {changed(func([]byte) []byte { return nil }), "is not a whole packet file"},
		"truncated": {
			changed(func(b []byte) []byte { return b[:rand.IntN(len(b))] }),
			"is not a whole packet file",
		},
		"longer": {changed(func(b []byte) []byte { return append(b, 0) }), "is not a whole packet file"},
		"of one other bit": {changed(func(b []byte) []byte {
			b[rand.IntN(len(b))] ^= byte(1) << rand.IntN(8)
			return b
		}), ""},
	}
	t.Run("parts", func(t *testing.T) {
		for name, wrong := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, index := range []int{1, 3, api.SoundPart} {
					path := wrong.path(t, index)
					requirePartError(t, plan.Check(index, path), index, path, wrong.text)
					film := temporary(t, "film.mp4")
					err := plan.Join(context.Background(), film, func(i int) string {
						if i == index {
							return path
						}
						return part(i)
					})
					requirePartError(t, err, index, path, wrong.text)
					require.Empty(t, filesIn(t, filepath.Dir(film)))
				}
			})
		}
	})
}

// requirePartError requires an error that names a part and its file.
func requirePartError(t *testing.T, err error, index int, path, text string) {
	t.Helper()
	var e *api.PartError
	require.ErrorAs(t, err, &e)
	require.Equal(t, index, e.Index)
	require.Equal(t, path, e.Path)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, text)
	name := fmt.Sprintf("chunk %d, frames %d to %d", index, 4*index, 4*index+3)
	if index == api.SoundPart {
		name = "sound"
	}
	require.ErrorContains(t, err, "avloom: "+name+": ")
}
