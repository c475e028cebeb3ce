package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

const webpWidth, webpHeight = 48, 32

// TestWebP encodes one picture, and several, without loss, and lets the programs of libwebp decode
// them. The pictures are noise, so that each is stored whole.
func TestWebP(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, count := range []int{1, 5} {
		for _, codec := range []string{"", "libwebp", "libwebp_anim"} {
			t.Run(fmt.Sprint(count, codec), func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "pictures.webp")
				pictures := encodeWebP(t, path, codec, 4, count)
				require.Contains(t, string(mediatest.Run(t, "webpinfo", path)), "No error detected.")
				if count == 1 {
					require.Equal(t, pictures[0], readWebP(t, path))
					require.Equal(t, pictures[0], mediatest.Pictures(t, path, 0, "rgb24")[0], "of the system's ffmpeg")
					return
				}
				require.Equal(t, []int{250, 250, 250, 250, 250}, webpDurations(t, path))
				for k, want := range pictures {
					frame := temporary(t, "frame.webp")
					mediatest.Run(t, "webpmux", "-get", "frame", strconv.Itoa(k+1), path, "-o", frame)
					require.Equal(t, want, readWebP(t, frame), "picture %d", k)
				}
			})
		}
	}
}

// TestTimesInWebP checks with webpmux when each picture is shown, and for how long the last one.
func TestTimesInWebP(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{"libwebp", "libwebp_anim"} {
		for _, rate := range []float64{0.001, 23.976, 59.94, 240} {
			t.Run(fmt.Sprint(codec, rate), func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "times.webp")
				encodeWebP(t, path, codec, rate, 12)
				durations := webpDurations(t, path)
				require.Len(t, durations, 12)
				end := 0
				for k, ms := range durations[:11] {
					end += ms
					require.InDelta(t, 1000*float64(k+1)/rate, end, 1, "picture %d", k)
				}
				// libwebp_anim shows the last picture for the mean of the others, rounded down.
				require.InDelta(t, 1000/rate, durations[11], 1, "the last picture")
			})
		}
	}
	for _, rate := range []float64{0.00005, 2000} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: webpWidth, Height: webpHeight, FrameRate: rate})
		err := enc.OpenFile(context.Background(), temporary(t, "refused.webp"))
		config, ok := errors.AsType[*api.ConfigError](err)
		require.True(t, ok, "%g: %v", rate, err)
		require.Equal(t, "FrameRate", config.Field)
	}
}

// TestWebPFrontToBack checks that a destination that cannot seek is refused: the size of the file
// stands at its front.
func TestWebPFrontToBack(t *testing.T) {
	mediatest.NoLeaks(t)
	var out bytes.Buffer
	enc := api.NewEncoder()
	addVideo(t, enc, api.VideoConfig{Width: webpWidth, Height: webpHeight, FrameRate: 4, Codec: "libwebp"})
	requireRefused(t, enc.OpenWriter(context.Background(), &out, "webp"), out.Bytes())
}

// encodeWebP writes pictures of noise, and returns them in R G B.
func encodeWebP(t *testing.T, path, codec string, rate float64, count int) (pictures [][]byte) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{
		Width: webpWidth, Height: webpHeight, FrameRate: rate, Codec: codec, PixelFormat: "bgra",
		ExtraOptions: map[string]any{"lossless": 1},
	})
	require.NoError(t, enc.OpenFile(ctx, path))
	random := rand.NewChaCha8([32]byte{})
	for range count {
		picture := make([]byte, webpWidth*webpHeight*3)
		_, _ = random.Read(picture)
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}))
		pictures = append(pictures, picture)
	}
	require.NoError(t, enc.Close())
	return pictures
}

// readWebP returns the picture of a file, as dwebp decodes it, in R G B.
func readWebP(t *testing.T, path string) []byte {
	t.Helper()
	ppm := mediatest.Run(t, "dwebp", "-quiet", "-ppm", path, "-o", "-")
	pixels, found := bytes.CutPrefix(ppm, fmt.Appendf(nil, "P6\n%d %d\n255\n", webpWidth, webpHeight))
	require.True(t, found)
	return pixels
}

// webpDurations returns for how many milliseconds each picture is shown, as webpmux tells it.
func webpDurations(t *testing.T, path string) (durations []int) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^ *\d+: +48 +32 +\w+ +\d+ +\d+ +(\d+) `)
	for _, found := range line.FindAllSubmatch(mediatest.Run(t, "webpmux", "-info", path), -1) {
		ms, err := strconv.Atoi(string(found[1]))
		require.NoError(t, err)
		durations = append(durations, ms)
	}
	return durations
}
