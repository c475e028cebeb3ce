package api_test

import (
	"context"
	"image"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// fedAllocations opens a video stream, feeds it until all that is kept for the next time is there,
// and counts what Go allocates anywhere in the process for each frame after that.
func fedAllocations(t *testing.T, cfg api.VideoConfig, feed func(v *api.VideoStream) error) float64 {
	t.Helper()
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), discard{}, "mkv"))
	return settledAllocations(t, enc, func() error { return feed(v) })
}

// settledAllocations counts what Go allocates for each call, after many of them, and closes the
// encoder.
func settledAllocations(t *testing.T, enc *api.Encoder, feed func() error) float64 {
	t.Helper()
	for range 100 {
		require.NoError(t, feed())
	}
	require.NoError(t, enc.Sync(context.Background()))
	got := testing.AllocsPerRun(200, func() {
		if err := feed(); err != nil {
			panic(err)
		}
	})
	require.NoError(t, enc.Close())
	return got
}

// smallVideo is encoded at once, by one thread.
func smallVideo(input, encoded string) api.VideoConfig {
	return api.VideoConfig{
		Width: 64, Height: 36, FrameRate: 30, Codec: "ffv1", InputFormat: input, PixelFormat: encoded, Threads: 1,
	}
}

func TestFramesOfAnyFormAllocateNothing(t *testing.T) {
	frames := func(layout api.Layout, size int) func(v *api.VideoStream) error {
		data := make([]byte, size)
		return func(v *api.VideoStream) error {
			return v.AddFrames(context.Background(), api.Frames{Data: data, Layout: layout})
		}
	}
	const pixels, odd = 64 * 36, 63 * 35
	padded := func(input, encoded string) api.VideoConfig {
		cfg := smallVideo(input, encoded)
		cfg.Width, cfg.Height, cfg.OddSize = 63, 35, api.OddSizePad
		return cfg
	}
	for name, c := range map[string]struct {
		cfg  api.VideoConfig
		feed func(v *api.VideoStream) error
	}{
		"NHWC":                          {smallVideo("", "yuv420p"), frames(api.NHWC, 3*pixels)},
		"NCHW":                          {smallVideo("", "yuv420p"), frames(api.NCHW, 3*pixels)},
		"several at a time":             {smallVideo("", "yuv420p"), frames(api.NHWC, 3*3*pixels)},
		"Raw RGBA by a kernel":          {smallVideo("rgba", "yuv420p"), frames(api.Raw, 4*pixels)},
		"Raw as it is":                  {smallVideo("yuv420p", "yuv420p"), frames(api.Raw, pixels*3/2)},
		"Raw of 10 bits as it is":       {smallVideo("yuv422p10le", "yuv422p10le"), frames(api.Raw, pixels*4)},
		"Raw by swscale":                {smallVideo("yuv444p", "yuv420p"), frames(api.Raw, 3*pixels)},
		"Raw of two planes by swscale":  {smallVideo("nv12", "yuv422p"), frames(api.Raw, pixels*3/2)},
		"Raw with a palette by swscale": {smallVideo("pal8", "bgr0"), frames(api.Raw, pixels+1024)},
		"NHWC by swscale":               {smallVideo("", "yuv422p10le"), frames(api.NHWC, 3*pixels)},
		"padded by a kernel":            {padded("", "yuv420p"), frames(api.NHWC, 3*odd)},
		"padded by swscale":             {padded("", "yuv422p"), frames(api.NHWC, 3*odd)},
		"padded Raw":                    {padded("yuv444p", "yuv420p"), frames(api.Raw, 3*odd)},
		"padded Raw as it is":           {padded("yuv420p", "yuv420p"), frames(api.Raw, odd+2*32*18)},
		"padded Raw of pairs":           {padded("yuyv422", "yuv420p"), frames(api.Raw, 64*2*35)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Zero(t, fedAllocations(t, c.cfg, c.feed))
		})
	}
}

func TestImagesAllocateNothing(t *testing.T) {
	for name, img := range standardImages(image.Rect(3, 5, 3+64, 5+36)) {
		if _, ours := img.(function); ours {
			continue // whose At makes an interface of each colour
		}
		for _, encoded := range []string{"yuv420p", "yuv422p10le"} {
			t.Run(name+" as "+encoded, func(t *testing.T) {
				require.Zero(t, fedAllocations(t, smallVideo("", encoded), func(v *api.VideoStream) error {
					return v.AddImage(context.Background(), img)
				}))
			})
		}
	}
}

func TestSoundAllocatesNothing(t *testing.T) {
	for _, codec := range []string{
		"aac", "ac3", "alac", "flac", "libmp3lame", "libopus", "libvorbis", "mp2", "pcm_s16le",
	} {
		for name, length := range map[string]int{"short chunks": 100, "chunks of a block": 1024, "long chunks": 10000} {
			for _, rate := range []int{0, 32000} {
				if codec == "libopus" && rate != 0 {
					continue // it does not take that rate
				}
				t.Run(codec+" "+name, func(t *testing.T) { require.Zero(t, soundAllocations(t, codec, rate, length)) })
			}
		}
	}
}

func TestSoundOfEveryCallAllocatesNothing(t *testing.T) {
	ctx, at := context.Background(), time.Duration(0)
	floats, whole := make([]float32, 2000), make([]int16, 2000)
	for name, feed := range map[string]func(a *api.AudioStream) error{
		"AddInterleaved": func(a *api.AudioStream) error { return a.AddInterleaved(ctx, floats) },
		"AddInt16":       func(a *api.AudioStream) error { return a.AddInt16(ctx, whole) },
		"SilenceUntil": func(a *api.AudioStream) error {
			at += 20 * time.Millisecond
			return a.SilenceUntil(ctx, at)
		},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			a := addAudio(t, enc, stereo())
			require.NoError(t, enc.OpenWriter(ctx, discard{}, "mkv"))
			require.Zero(t, settledAllocations(t, enc, func() error { return feed(a) }))
		})
	}
}

// soundAllocations counts what Go allocates for each call that feeds so many samples.
func soundAllocations(t *testing.T, codec string, rate, length int) float64 {
	t.Helper()
	enc := api.NewEncoder()
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, OutSampleRate: rate, Codec: codec})
	require.NoError(t, enc.OpenWriter(context.Background(), discard{}, "mkv"))
	samples := [][]float32{make([]float32, length), make([]float32, length)}
	return settledAllocations(t, enc, func() error { return a.AddSamples(context.Background(), samples) })
}
