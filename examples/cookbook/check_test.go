package cookbook_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// printStreams lets a recipe write a file of this name, and prints what the system's ffprobe tells
// about each of its streams: these fields, separated by commas.
func printStreams(name, fields string, recipe func(path string) error) {
	dir, err := os.MkdirTemp("", "cookbook")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, name)
	if err := recipe(path); err != nil {
		fmt.Println(err)
		return
	}
	out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream="+fields,
		"-of", "compact=print_section=0", path).CombinedOutput()
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(string(out))
}

// written lets a recipe write a file of this name, and returns the path.
func written(t *testing.T, name string, recipe func(path string) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, recipe(path))
	return path
}

// requireSame decodes a stream with the system's ffmpeg into a pixel format, and compares every
// byte of every picture.
func requireSame(t *testing.T, path string, stream int, format string, want [][]byte) {
	t.Helper()
	got := mediatest.Pictures(t, path, stream, format)
	require.Equal(t, len(want), len(got), "pictures")
	for k := range want {
		require.Equal(t, len(want[k]), len(got[k]), "bytes of picture %d", k)
		require.True(t, string(want[k]) == string(got[k]), "picture %d differs", k)
	}
}

// requirePSNR decodes the first stream with the system's ffmpeg into R G B, and requires this peak
// signal-to-noise ratio of each picture, in dB.
func requirePSNR(t *testing.T, path string, least float64, want [][]byte) {
	t.Helper()
	got := mediatest.Pictures(t, path, 0, "rgb24")
	require.Equal(t, len(want), len(got), "pictures")
	lowest := math.Inf(1)
	for k := range want {
		require.Equal(t, len(want[k]), len(got[k]), "bytes of picture %d", k)
		psnr := mediatest.PSNR(want[k], got[k])
		assert.GreaterOrEqual(t, psnr, least, "picture %d", k)
		lowest = min(lowest, psnr)
	}
	t.Logf("lowest PSNR: %.1f dB", lowest)
}

// requireSound decodes a stream with the system's ffmpeg, and requires that it is the sound of n
// pictures of the film: as long, at the same times, and with this signal-to-noise ratio of each
// channel, in dB.
func requireSound(t *testing.T, path string, stream, n int, least float64) {
	t.Helper()
	requireSamples(t, mediatest.Sound(t, path, stream), channels, n*perPicture, least, tone)
}

// requireSamples compares n samples of each channel with what was fed. There may be a little more,
// since ffmpeg 5.1 does not cut the padding of AAC.
func requireSamples(t *testing.T, got [][]float32, channels, n int, least float64, fed func(channel, i int) float32) {
	t.Helper()
	require.Equal(t, channels, len(got), "channels")
	for c := range channels {
		require.GreaterOrEqual(t, len(got[c]), n, "samples of channel %d", c)
		require.Less(t, len(got[c]), n+1024, "samples of channel %d", c)
		var signal, noise float64
		for i, heard := range got[c][:n] {
			sample := float64(fed(c, i))
			signal += sample * sample
			noise += (sample - float64(heard)) * (sample - float64(heard))
		}
		ratio := 10 * math.Log10(signal/noise)
		assert.GreaterOrEqual(t, ratio, least, "channel %d", c)
		t.Logf("channel %d: %.1f dB", c, ratio)
	}
}

// mediainfo returns a field of the first track of a kind ("General", "Video", "Audio"), as the
// system's mediainfo reports it.
func mediainfo(t *testing.T, path, kind, field string) string {
	t.Helper()
	var report struct {
		Media struct {
			Tracks []map[string]any `json:"track"`
		} `json:"media"`
	}
	require.NoError(t, json.Unmarshal(mediatest.Run(t, "mediainfo", "--Output=JSON", path), &report))
	for _, track := range report.Media.Tracks {
		if track["@type"] == kind {
			return fmt.Sprint(track[field])
		}
	}
	return "no track"
}

// topBoxes returns the names of the boxes of an mp4 or mov file, in their order.
func topBoxes(content []byte) (names []string) {
	for len(content) >= 8 {
		size := binary.BigEndian.Uint32(content)
		names = append(names, string(content[4:8]))
		if size < 8 || int64(size) > int64(len(content)) {
			return names
		}
		content = content[size:]
	}
	return names
}
