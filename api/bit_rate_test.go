package api_test

import (
	"context"
	"slices"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// bitRateOf returns the bits per second of the packets of a video.
func bitRateOf(t *testing.T, path string, frames int) float64 {
	t.Helper()
	var bytes int64
	for _, p := range mediatest.Packets(t, path) {
		bytes += p.Size
	}
	return float64(8*bytes) * 25 / float64(frames)
}

// TestBitRate encodes moving pictures with each encoder that has a rate control, at two rates.
func TestBitRate(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames = 250 // in 5 s, SVT-AV1 2.3 is up to 28 % below 100 kbit/s; in 40 s, 2 %
	pictures, fastest := grainy(frames), map[string]any{"cpu-used": 8, "deadline": "realtime"}
	for codec, c := range map[string]struct {
		container string
		options   map[string]any
		rates     [2]int64
		within    float64
	}{
		"libx264":    {"mp4", map[string]any{"preset": "veryfast"}, [2]int64{200_000, 800_000}, 0.1},
		"libx265":    {"mp4", map[string]any{"preset": "ultrafast"}, [2]int64{200_000, 800_000}, 0.1},
		"libvpx-vp9": {"webm", fastest, [2]int64{100_000, 400_000}, 0.25},
		"libvpx":     {"webm", fastest, [2]int64{200_000, 800_000}, 0.1},
		"libaom-av1": {"mp4", map[string]any{"cpu-used": 8, "usage": "realtime"}, [2]int64{200_000, 800_000}, 0.2},
		"libsvtav1":  {"mp4", map[string]any{"preset": 12}, [2]int64{100_000, 200_000}, 0.25},
		"mpeg4":      {"mp4", nil, [2]int64{400_000, 800_000}, 0.3}, // FFmpeg's own encoders begin with a tolerance of 4 Mbit
		"mpeg2video": {"ts", nil, [2]int64{400_000, 800_000}, 0.3},
		"flv":        {"flv", nil, [2]int64{400_000, 800_000}, 0.3},
		"mjpeg":      {"avi", nil, [2]int64{400_000, 800_000}, 0.35},
		"vc2":        {"mkv", nil, [2]int64{1_600_000, 3_200_000}, 0.05},
	} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			for _, rate := range c.rates {
				path := temporary(t, "rate."+c.container)
				enc := api.NewEncoder()
				v := addVideo(t, enc, api.VideoConfig{
					Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: codec, ExtraOptions: c.options,
					BitRate: rate, Threads: 2,
				})
				require.NoError(t, enc.OpenFile(context.Background(), path))
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures, Layout: api.NHWC}))
				require.NoError(t, enc.Close())
				assert.InEpsilon(t, rate, bitRateOf(t, path, frames), c.within, "%s", codec)
			}
		})
	}
}

// TestBitRateAsACap gives a bit rate beside CRF to the encoders that take it as a cap.
func TestBitRateAsACap(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames, limit = 60, 100_000
	pictures := grainy(frames)
	crf := 20.0
	for _, codec := range []string{"libvpx-vp9", "libvpx", "libaom-av1"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			encode := func(rate int64) float64 {
				path := temporary(t, "cap.webm")
				enc := api.NewEncoder()
				v := addVideo(t, enc, api.VideoConfig{
					Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: codec, BitRate: rate, CRF: &crf,
					ExtraOptions: map[string]any{"cpu-used": 8}, Threads: 2,
				})
				require.NoError(t, enc.OpenFile(context.Background(), path))
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures, Layout: api.NHWC}))
				require.NoError(t, enc.Close())
				return bitRateOf(t, path, frames)
			}
			capped, wide := encode(limit), encode(20*limit)
			require.Less(t, capped, 3.0*limit) // loosely, as the clip is short
			require.Greater(t, wide, 2*capped)
			require.Less(t, wide, 10.0*limit)
		})
	}
}

// TestBitRateOfEveryEncoder asks every software encoder for a bit rate. Each takes it, or says that
// it cannot.
func TestBitRateOfEveryEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	taking, _ := askEveryEncoder(t, "BitRate", api.VideoConfig{BitRate: 200_000})
	require.Equal(t, []string{
		"dnxhd", "flv", "h261", "h263", "h263p", "libaom-av1", "libsvtav1", "libvpx", "libvpx-vp9", "libx264", "libx264rgb",
		"libx265", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4", "msmpeg4v2", "rv10", "rv20",
		"speedhq", "vc2", "wmv1", "wmv2",
	}, taking)
}

// askEveryEncoder adds a video with this config for every software encoder. It returns, sorted,
// which of them take it and which refuse it; the error of these must name the field.
func askEveryEncoder(t *testing.T, field string, cfg api.VideoConfig) (taking, refusing []string) {
	t.Helper()
	cfg.Width, cfg.Height, cfg.FrameRate, cfg.OddSize = 64, 64, 25, api.OddSizePad
	for _, codec := range encodersOf(t) {
		if codec.ID().MediaType() != astiav.MediaTypeVideo || isHardwareEncoder(codec.Name()) {
			continue
		}
		enc := api.NewEncoder()
		cfg.Codec = codec.Name()
		_, err := enc.AddVideo(cfg)
		if err != nil {
			requireField(t, err, field)
			refusing = append(refusing, cfg.Codec)
		} else {
			taking = append(taking, cfg.Codec)
		}
		require.NoError(t, enc.Close())
	}
	slices.Sort(taking)
	slices.Sort(refusing)
	return taking, refusing
}

// testCUDARates gives NVENC a bit rate and a key interval.
func testCUDARates(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames, interval = 100, 20
	pictures := grainy(frames)
	for _, codec := range []string{"h264", "hevc", "av1"} {
		for _, rate := range []int64{150_000, 600_000} {
			path := temporary(t, "rates.mkv")
			encodeStream(t, api.File(path), api.VideoConfig{
				Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Device: "cuda", Codec: codec,
				BitRate: rate, KeyInterval: interval,
			}, func(v *api.VideoStream) {
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures, Layout: api.NHWC}))
			})
			assert.InEpsilon(t, rate, bitRateOf(t, path, frames), 0.35, codec)
			requireInterval(t, path, codec, interval, frames)
		}
	}
}
