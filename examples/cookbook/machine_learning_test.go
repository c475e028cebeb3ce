package cookbook_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleMachineLearning() {
	printStreams("film.mp4", "codec_name,pix_fmt,avg_frame_rate,nb_read_frames", func(path string) error {
		return cookbook.MachineLearning(context.Background(), path, width, height, pictures(width, height, 30))
	})
	// Output: codec_name=av1|pix_fmt=yuv420p|avg_frame_rate=30/1|nb_read_frames=30
}

// TestMachineLearning reads pictures in random order, each by a process of its own that seeks to
// the picture's time, and finds that picture and no other. Every second picture is a key frame.
func TestMachineLearning(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 60
	path := written(t, "film.mp4", func(path string) error {
		return cookbook.MachineLearning(t.Context(), path, width, height, pictures(width, height, n))
	})
	all := shots(n)
	requirePSNR(t, path, 30, all)
	for k, packet := range mediatest.Packets(t, path) {
		require.Equal(t, k%2 == 0, packet.Key, "packet %d", k)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, k := range append(random.Perm(n)[:12], 0, n-1) {
		seconds := fmt.Sprintf("%.6f", float64(k)/rate)
		got := mediatest.Run(t, "ffmpeg", "-v", "error", "-ss", seconds, "-i", path,
			"-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
		require.Equal(t, k, mostLike(got, all), "the picture at %s s", seconds)
	}
	requirePlayers(t, path, 28, all, "GStreamer", "VLC", "Chromium")
}

// mostLike returns the number of the picture that is most like this one.
func mostLike(got []byte, all [][]byte) (number int) {
	for k, want := range all {
		if mediatest.PSNR(got, want) > mediatest.PSNR(got, all[number]) {
			number = k
		}
	}
	return number
}
