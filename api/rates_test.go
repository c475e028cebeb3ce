package api_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFrameRatesAgainstTheCommand compares what ffprobe reads of the rate with what it reads of a
// file of the ffmpeg command of the same build, which is told the fraction.
func TestFrameRatesAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	extensions := []string{"mp4", "mov", "mkv", "avi", "flv"}
	rates := []struct {
		fps      float64
		fraction string
	}{{30, "30"}, {29.97, "2997/100"}, {30000.0 / 1001, "30000/1001"}, {23.976, "2997/125"}, {59.94, "2997/50"}, {0.5, "1/2"}, {1000, "1000"}}
	dir := t.TempDir()
	raw := filepath.Join(dir, "numbers.rgb")
	require.NoError(t, os.WriteFile(raw, numbered(0, 4), 0o644))
	args, outputs := []string{"-v", "error"}, []string(nil)
	theirs := func(extension string, rate int) string { return filepath.Join(dir, fmt.Sprint(rate)+"."+extension) }
	for i, rate := range rates {
		args = append(args, "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", rate.fraction, "-i", raw)
		for _, extension := range extensions {
			outputs = append(
				outputs,
				"-map",
				fmt.Sprint(i),
				"-c:v",
				"libx264",
				"-preset",
				"ultrafast",
				"-pix_fmt",
				"yuv420p",
				theirs(extension, i),
			)
		}
	}
	command(t, nil, append(args, outputs...)...)
	describe := func(path string) string {
		const entries = "stream=r_frame_rate,avg_frame_rate,time_base,duration,nb_frames:format=duration"
		return string(mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", entries, "-of", "flat", path))
	}
	for _, extension := range extensions {
		for i, rate := range rates {
			cfg := numberedVideo()
			cfg.FrameRate = rate.fps
			path := filepath.Join(dir, "ours."+extension)
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			addNumbered(t, v, 0, 4)
			require.NoError(t, enc.Close())
			require.Equal(t, describe(theirs(extension, i)), describe(path), "%s %g", extension, rate.fps)
		}
	}
}
