package api_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFolderKeepsOwnTimes: frames with times of their own are shown at these times over all
// segments.
func TestFolderKeepsOwnTimes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range []string{"index.m3u8", "manifest.mpd"} {
		t.Run(index, func(t *testing.T) {
			dir := t.TempDir()
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.VariableRate, cfg.KeyInterval = true, 10
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.Open(context.Background(), api.Folder(dir, index)))
			var want []float64
			at := time.Duration(0)
			for i := range 90 {
				frame := api.Frames{Data: numbered(i, 1), Layout: api.NHWC, PTS: []time.Duration{at}}
				require.NoError(t, v.AddFrames(context.Background(), frame))
				want = append(want, at.Seconds())
				at += time.Duration(20+i*37%400) * time.Millisecond
			}
			require.NoError(t, enc.Close())
			require.Greater(t, len(named(t, filepath.Join(dir, index))), 4)
			require.InDeltaSlice(t, want, mediatest.FrameTimes(t, filepath.Join(dir, index), 0), 1e-4)
		})
	}
}

// TestFolderJoinsLate: a folder that is added while the encoder runs begins at time 0 with a key
// frame, and is finished alone.
func TestFolderJoinsLate(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	ctx := context.Background()
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.Open(ctx, api.File(filepath.Join(t.TempDir(), "all.mkv"))))
	feed := func(first, n int) {
		for i := first; i < first+n; i++ {
			addNumbered(t, v, i, 1)
			addTone(t, a, i*1600, 1600)
		}
	}
	feed(0, 20)
	h, err := enc.AddOutput(ctx, api.Folder(dir, "index.m3u8", api.SegmentEvery(segment)))
	require.NoError(t, err)
	_, err = enc.AddOutput(ctx, api.Folder(dir, "index.m3u8"))
	var wrong *api.ConfigError
	require.ErrorAs(t, err, &wrong)
	feed(20, 60)
	require.NoError(t, enc.Sync(ctx))
	require.NoError(t, h.Close())
	feed(80, 10)
	require.NoError(t, enc.Close())
	index := filepath.Join(dir, "index.m3u8")
	requireComplete(t, index)
	pictures := mediatest.Pictures(t, index, 0, "gray")
	first := numberOf(pictures[0])
	for i, p := range pictures {
		require.Equal(t, first+i, numberOf(p))
	}
	require.Greater(t, len(pictures), 30)
	require.InDelta(t, 0, mediatest.FrameTimes(t, index, 0)[0], 1e-3)
}
