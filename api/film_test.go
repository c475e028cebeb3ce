package api_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

const filmSide = 64

// drawFilm feeds frames whose pixels follow from their numbers.
func drawFilm(ctx context.Context, v *api.VideoStream, from, n int) error {
	for k := from; k < from+n; k++ {
		frame := make([]byte, filmSide*filmSide*3)
		for i := range frame {
			frame[i] = byte(i/(3*filmSide)*2 + i%filmSide + 5*k)
		}
		if err := v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return nil
}

// newFilm returns a film of four chunks.
func newFilm(path string) api.Film {
	return api.Film{
		Path: path, Frames: 100, Chunk: 30, Draw: drawFilm,
		Video: api.VideoConfig{Width: filmSide, Height: filmSide, FrameRate: 25, Codec: "libx264", Preset: "veryfast"},
	}
}

func renderFilm(t *testing.T, f api.Film, cfg api.RenderConfig) api.Report {
	t.Helper()
	report, err := api.RenderFilm(context.Background(), f, cfg)
	require.NoError(t, err)
	require.NoDirExists(t, f.Path+".chunks")
	return report
}

// renderAtOnce writes a film with one encoder, with a key frame at the beginning of each chunk.
func renderAtOnce(t *testing.T, f api.Film) {
	t.Helper()
	ctx := context.Background()
	enc := api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)))
	defer func() { _ = enc.Abort(nil) }()
	v, err := enc.AddVideo(f.Video)
	require.NoError(t, err)
	require.NoError(t, enc.OpenFile(ctx, f.Path, append(f.Options, api.CrashSafe(false))...))
	for from := 0; from < f.Frames; from += f.Chunk {
		require.NoError(t, v.ForceKeyFrame())
		require.NoError(t, f.Draw(ctx, v, from, min(f.Chunk, f.Frames-from)))
	}
	require.NoError(t, enc.Close())
}

// packetsOf describes the packets of a file, without their bytes.
func packetsOf(t *testing.T, path string) []string {
	t.Helper()
	out := mediatest.Run(t, "ffprobe", "-v", "error",
		"-show_entries", "packet=stream_index,pts,dts,duration,flags", "-of", "csv=p=0", path)
	return strings.Fields(string(out))
}

// The bytes of a film do not depend on the number of workers, and its packets have the times and
// the key frames that one encoder gives them.
func TestFilm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var first []byte
	for workers := range 4 {
		f := newFilm(filepath.Join(dir, fmt.Sprintf("film %d.mp4", workers)))
		report := renderFilm(t, f, api.RenderConfig{Workers: workers})
		require.Len(t, report.Results, 4)
		data, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		if first == nil {
			first = data
		}
		require.Equal(t, first, data, "%d workers", workers)
	}
	whole := newFilm(filepath.Join(dir, "whole.mp4"))
	renderAtOnce(t, whole)
	require.Equal(t, packetsOf(t, whole.Path), packetsOf(t, filepath.Join(dir, "film 0.mp4")))
	require.Len(t, mediatest.Pictures(t, filepath.Join(dir, "film 0.mp4"), 0, "rgb24"), 100)
}
