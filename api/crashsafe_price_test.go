package api_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestCrashSafePrice: fragments and clusters cost no more than 4 kbit/s below 1 Mbit/s, and no more
// than 2 % above.
func TestCrashSafePrice(t *testing.T) {
	mediatest.NoLeaks(t)
	const seconds = 30
	all := mediatest.Long(t)
	for _, extension := range []string{"mp4", "mkv"} { // mov is like mp4, and MPEG-TS stays as it is
		for name, c := range map[string]struct {
			rate  float64 // 0: no pictures
			bits  int     // of pictures, per second
			sound bool
		}{
			"pictures/200 kbit":           {rate: 30, bits: 200_000},
			"pictures/1200 kbit":          {rate: 60, bits: 1_200_000},
			"pictures and sound/200 kbit": {rate: 30, bits: 200_000, sound: true},
			"sound":                       {sound: true},
		} {
			if !all && extension == "mp4" && c.rate == 60 {
				continue // as in mkv
			}
			t.Run(extension+"/"+name, func(t *testing.T) {
				t.Parallel()
				safe, plain := beside(
					t,
					extension,
					func(t *testing.T, out api.Output) { encodeNoise(t, out, c.rate, c.bits, seconds, c.sound) },
				)
				price, size := sizeOf(t, safe)-sizeOf(t, plain), sizeOf(t, plain)
				most := int64(4000 / 8 * seconds)
				if 8*size/seconds > 1_000_000 {
					most = size / 50
				}
				t.Logf("%+.2f kbit/s to %.0f", 0.008*float64(price)/seconds, 0.008*float64(size)/seconds)
				require.LessOrEqual(t, price, most)
			})
		}
	}
}

// encodeNoise encodes pictures that take the bits they are given, and sound.
func encodeNoise(t *testing.T, out api.Output, rate float64, bits, seconds int, sound bool) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	var v *api.VideoStream
	var a *api.AudioStream
	if rate > 0 {
		v = addVideo(t, enc, api.VideoConfig{
			Width:        64,
			Height:       64,
			FrameRate:    rate,
			Codec:        "libx264",
			Preset:       "veryfast",
			Threads:      1,
			InputFormat:  "yuv420p",
			ExtraOptions: map[string]any{"b": bits},
		})
	}
	if sound {
		a = addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	}
	require.NoError(t, enc.Open(ctx, out))
	random, frame := rand.New(rand.NewPCG(1, 0)), make([]byte, 64*64*3/2)
	for second := range seconds {
		for range int(rate) {
			for i := range frame {
				frame[i] = byte(random.Uint32())
			}
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.Raw}))
		}
		if sound {
			addTone(t, a, second*48000, 48000)
		}
	}
	require.NoError(t, enc.Close())
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Size()
}
