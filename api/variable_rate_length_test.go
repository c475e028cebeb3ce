package api_test

import (
	"context"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestVariableRateLength: the last frame is shown for its nominal duration, also if the frames
// before it were closer together or farther apart, and whatever a Sync has written before.
func TestVariableRateLength(t *testing.T) {
	mediatest.NoLeaks(t)
	const rate = 10
	for _, c := range []struct {
		extension, codec, preset string
		safe                     bool
		within                   float64
	}{
		{"mp4", "libx264", "ultrafast", true, 1e-4},
		{"mp4", "libx264", "medium", true, 1e-4},
		{"mp4", "libx264", "medium", false, 1e-4},
		{"mov", "libx264", "medium", true, 1e-4},
		{"mkv", "libx264", "medium", true, 0.002},
		{"webm", "libvpx", "", true, 0.002},
		{"flv", "libx264", "medium", false, 0.002},
		{"nut", "libx264", "medium", false, 0.2}, // says when the last frame begins
		{"gif", "gif", "", false, 0.011},
		{"apng", "apng", "", false, 0.002},
	} {
		for name, gaps := range map[string][]time.Duration{
			"close":  {70 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond, 20 * time.Millisecond},
			"far":    {40 * time.Millisecond, 9 * time.Second, 3 * time.Second, 4 * time.Second},
			"one":    {},
			"paused": {40 * time.Millisecond, 50 * time.Millisecond, 5 * time.Minute, 30 * time.Millisecond},
		} {
			for _, sync := range []bool{false, true} {
				title := c.extension + " " + c.preset + " safe " + strconv.FormatBool(c.safe) + " " + name + " sync " + strconv.FormatBool(sync)
				t.Run(title, func(t *testing.T) {
					path := temporary(t, "length."+c.extension)
					ctx, enc := context.Background(), api.NewEncoder()
					v := addVideo(t, enc, api.VideoConfig{
						Width: 32, Height: 32, FrameRate: rate, Codec: c.codec, Preset: c.preset, VariableRate: true,
					})
					require.NoError(t, enc.OpenFile(ctx, path, api.CrashSafe(c.safe)))
					at := time.Duration(0)
					for i := range 60 {
						require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 32*32*3), PTS: []time.Duration{at}}))
						if i < 60-1 {
							at += append(gaps, 100*time.Millisecond)[i%(len(gaps)+1)]
						}
						if sync && i%7 == 0 {
							require.NoError(t, enc.Sync(ctx))
						}
					}
					require.NoError(t, enc.Close())
					want := at.Seconds() + 1.0/rate
					if c.extension == "gif" || c.extension == "apng" { // FFmpeg does not tell the length
						require.InDelta(t, want, lengthOf(t, path), c.within)
						return
					}
					f := mediatest.Probe(t, path)
					got, err := strconv.ParseFloat(f.Format.Duration, 64)
					require.NoError(t, err)
					start := 0.0
					if c.extension == "flv" || c.extension == "nut" { // their times begin with the first decoding time
						start, err = strconv.ParseFloat(f.Streams[0].StartTime, 64)
						require.NoError(t, err)
					}
					require.InDelta(t, want, got-start, c.within)
				})
			}
		}
	}
}

// lengthOf returns when the last packet of a file ends.
func lengthOf(t *testing.T, path string) (end float64) {
	t.Helper()
	_, err := os.Stat(path)
	require.NoError(t, err)
	for _, p := range mediatest.Packets(t, path) {
		end = math.Max(end, p.PTS+p.Duration)
	}
	return end
}

// TestVariableRateIsNotCalledConstant: mkv does not promise a constant rate, and has no duration
// beside a picture.
func TestVariableRateIsNotCalledConstant(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, variable := range []bool{false, true} {
		path := temporary(t, "rate.mkv")
		ctx, enc := context.Background(), api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{
			Width: 32, Height: 32, FrameRate: 25, Codec: "libx264", Preset: "ultrafast", VariableRate: variable,
		})
		require.NoError(t, enc.OpenFile(ctx, path))
		f := api.Frames{Data: make([]byte, 3*32*32*3)}
		if variable {
			f.PTS = []time.Duration{0, 30 * time.Millisecond, time.Second}
		}
		require.NoError(t, v.AddFrames(ctx, f))
		require.NoError(t, enc.Close())
		info := string(mediatest.Run(t, "mkvinfo", "-v", "-v", path))
		require.NotContains(t, info, "Block duration")
		require.Equal(t, !variable, strings.Contains(info, "Default duration"), info)
	}
}
