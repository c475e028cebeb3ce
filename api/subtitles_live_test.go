package api_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSubtitlesInParts records parts of a second. A cue is in the part of its time, and one that is
// shown over a cut is in both parts.
func TestSubtitlesInParts(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"mp4", "mkv"} {
		for _, first := range []bool{true, false} {
			dir := t.TempDir()
			out := api.Folder(dir, "part-%d."+name, api.SegmentEvery(time.Second))
			cues := []api.Cue{cue(0.25, 0.5, "a"), cue(1.5, 2.5, "b"), cue(2.5, 3, "c"), cue(3, 3.5, "d")}
			if !first { // the parts before the last one are finished when they come
				cues = cues[3:]
			}
			captioned(t, out, api.SubtitleConfig{}, 4, first, cues...)
			want := [][]api.Cue{
				{cue(0.25, 0.5, "a")}, {cue(0.5, 1, "b")}, {cue(0, 0.5, "b"), cue(0.5, 1, "c")}, {cue(0, 0.5, "d")},
			}
			for k := range want {
				path := filepath.Join(dir, fmt.Sprintf("part-%d.%s", k, name))
				file := mediatest.Probe(t, path)
				assert.Equal(t, "10", file.Streams[0].NbReadFrames)
				if first || k == 3 {
					assert.Equal(t, want[k], cuesIn(t, path, "0"), "%s, part %d", name, k)
				}
			}
		}
	}
}

// TestSubtitlesOfLateOutput adds an output while a cue is shown. It has the cues from its beginning
// on, at its own times.
func TestSubtitlesOfLateOutput(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"late.mp4", "late.mkv", "late.webm", "late.mov"} {
		ctx, dir, enc := context.Background(), t.TempDir(), api.NewEncoder()
		codec, preset := "libx264", "ultrafast"
		if filepath.Ext(name) == ".webm" {
			codec, preset = "libvpx", ""
		}
		v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: codec, Preset: preset})
		require.NoError(t, err)
		s, err := enc.AddSubtitles(api.SubtitleConfig{})
		require.NoError(t, err)
		first := filepath.Join(dir, "first.mkv")
		if filepath.Ext(name) != ".webm" {
			first = filepath.Join(dir, "first.mp4")
		}
		require.NoError(t, enc.OpenFile(ctx, first))
		second := api.Frames{Data: make([]byte, 10*64*64*3)}
		require.NoError(t, s.AddCue(ctx, cue(0.2, 0.4, "before")))
		require.NoError(t, v.AddFrames(ctx, second))
		require.NoError(t, enc.Sync(ctx))
		path := filepath.Join(dir, name)
		late, err := enc.AddOutput(ctx, api.File(path))
		require.NoError(t, err)
		require.NoError(t, s.AddCue(ctx, cue(0.9, 1.5, "over the beginning")))
		require.NoError(t, s.AddCue(ctx, cue(2, 2.5, "after")))
		require.NoError(t, v.AddFrames(ctx, second))
		require.NoError(t, v.AddFrames(ctx, second))
		require.NoError(t, enc.Close())
		require.NoError(t, late.Err())
		begin := float64(30-framesOf(t, path)) / 10
		cues := cuesIn(t, path, "0")
		require.GreaterOrEqual(t, len(cues), 2, name)
		assert.Equal(t, cue(max(0, 0.9-begin), 1.5-begin, "over the beginning"), cues[len(cues)-2], name)
		assert.Equal(t, cue(2-begin, 2.5-begin, "after"), cues[len(cues)-1], name)
		assert.Len(t, cuesIn(t, first, "0"), 3)
	}
}

// streamTo returns a writer that cannot seek.
func streamTo(t *testing.T, path string) io.Writer {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return struct{ io.Writer }{f}
}

func framesOf(t *testing.T, path string) int {
	t.Helper()
	return len(mediatest.FrameTimes(t, path, 0))
}

// TestSubtitlesFrontToBack writes to a writer that cannot seek, with cues that come in time or
// late. FFmpeg 9 reads the file, because version 5 does not read how long cues in fragments are.
func TestSubtitlesFrontToBack(t *testing.T) {
	mediatest.NoLeaks(t)
	cues := []api.Cue{cue(2, 3.5, "a"), cue(4, 4.5, "b")}
	for _, format := range []string{"mp4", "mov", "matroska", "webm"} {
		for _, first := range []bool{true, false} {
			path := filepath.Join(t.TempDir(), "a")
			captioned(t, api.Writer(streamTo(t, path), format), api.SubtitleConfig{}, 5, first, cues...)
			ffmpeg := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg")
			assert.Equal(t, cues, cuesOf(t, ffmpeg, path, "0"), "%s, first: %v", format, first)
			assert.Equal(t, 50, framesOf(t, path))
		}
	}
}

// TestSubtitlesHoldNothingBack feeds pictures, and no cue or cues far ahead, into files that must
// be readable at any moment. Sync brings all pictures there.
func TestSubtitlesHoldNothingBack(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"a.mp4", "a.mov", "a.mkv", "a.webm"} {
		for _, ahead := range []bool{false, true} {
			ctx, path, enc := context.Background(), filepath.Join(t.TempDir(), name), api.NewEncoder()
			codec := map[bool]string{true: "libvpx", false: "mpeg4"}[name == "a.webm"]
			v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: codec})
			require.NoError(t, err)
			s, err := enc.AddSubtitles(api.SubtitleConfig{})
			require.NoError(t, err)
			require.NoError(t, enc.OpenFile(ctx, path, api.Patience(time.Hour)))
			if ahead {
				require.NoError(t, s.AddCue(ctx, cue(100, 101, "ahead")))
			}
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 30*64*64*3)}))
			require.Eventually(t, func() bool {
				stats := enc.Stats()
				return stats.Streams[0].Packets >= 29 && stats.Streams[0].Held == 0 || stats.Outputs[0].Queued > 0
			}, time.Minute, time.Millisecond)
			require.NoError(t, enc.Sync(ctx))
			assert.GreaterOrEqual(t, framesOf(t, path), 29, "%s, ahead: %v", name, ahead)
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
			assert.GreaterOrEqual(t, framesOf(t, path), 29, "%s, ahead: %v", name, ahead)
		}
	}
}
