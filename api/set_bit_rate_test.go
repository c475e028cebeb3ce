package api_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// noise returns the same pictures of noise, R G B, for each call.
func noise(n, width, height int) []byte {
	random := rand.New(rand.NewPCG(3, 4))
	data := make([]byte, 3*n*width*height)
	for i := range data {
		data[i] = byte(90 + random.IntN(64))
	}
	return data
}

// TestSetBitRate measures the bytes before and after the change.
func TestSetBitRate(t *testing.T) {
	mediatest.NoLeaks(t)
	const half, width, height, from = 100, 160, 96, 300_000
	pictures := noise(2*half, width, height)
	for name, options := range map[string]map[string]any{
		"average":       {"preset": "veryfast"},
		"without delay": {"preset": "ultrafast", "tune": "zerolatency"},
		"constant":      {"preset": "veryfast", "maxrate": from, "bufsize": "300k"},
		"capped":        {"preset": "veryfast", "maxrate": "0.6M", "bufsize": "600k"},
		"own level":     {"preset": "veryfast", "level": "3.1"},
	} {
		for _, to := range []int64{60_000, 1_500_000} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, container := range []string{"mp4", "ts"} {
					if container == "ts" && name != "average" && !mediatest.Long(t) {
						continue
					}
					path := temporary(t, "rate."+container)
					cfg := api.VideoConfig{
						Width: width, Height: height, FrameRate: 25, Codec: "libx264", BitRate: from, ExtraOptions: options,
						Threads: 2,
					}
					encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
						ctx := context.Background()
						const size = 3 * half * width * height
						require.NoError(t, v.AddFrames(ctx, api.Frames{Data: pictures[:size], Layout: api.NHWC}))
						require.NoError(t, v.SetBitRate(2*from))
						require.NoError(t, v.SetBitRate(to))
						require.NoError(t, v.AddFrames(ctx, api.Frames{Data: pictures[size:], Layout: api.NHWC}))
					})
					var before, after int64
					packets := mediatest.Packets(t, path)
					require.Len(t, packets, 2*half)
					for i, p := range packets {
						if i > 0 {
							require.Greater(t, p.DTS, packets[i-1].DTS, "the decoding times rise")
						}
						if i < half {
							before += p.Size
						} else {
							after += p.Size
						}
					}
					require.True(t, packets[half].Key)
					require.InEpsilon(t, from, before*8*25/half, 0.2)
					require.InEpsilon(t, to, after*8*25/half, 0.3)
					require.Len(t, mediatest.FrameTimes(t, path, 0), 2*half)
				}
			})
		}
	}
}

// TestSetBitRateFrameForFrame: no picture is lost or changes its place, however often the rate
// changes.
func TestSetBitRateFrameForFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "often.mp4")
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset, cfg.BitRate = "libx264", "fast", 500_000
	const frames = 90
	encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
		for k := range frames {
			if k%20 == 0 || k == 41 || k == 42 {
				require.NoError(t, v.SetBitRate(400_000+int64(k)*1000))
			}
			if k%30 == 29 {
				require.NoError(t, v.ForceKeyFrame())
			}
			require.NoError(t, feedNumbered(context.Background(), v, k))
		}
	})
	var want []int
	for k := range frames {
		want = append(want, k)
	}
	require.Equal(t, want, numbersIn(t, path))
	keys, _ := keyFrames(t, path)
	require.Subset(t, keys, []int{0, 20, 29, 40, 41, 42, 59, 60, 80, 89})
}

// TestSetBitRateAgain: a program that adapts the rate may set the one that the encoder has, again
// and again. No encoder begins anew for that.
func TestSetBitRateAgain(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "again.mp4")
	cfg := numberedVideo()
	cfg.BitRate = 500_000
	encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
		for k := range 40 {
			require.NoError(t, v.SetBitRate(500_000+int64(k/20)*100_000))
			require.NoError(t, feedNumbered(context.Background(), v, k))
		}
	})
	keys, _ := keyFrames(t, path)
	require.Equal(t, []int{0, 20}, keys)
}

// TestSetBitRateIsRefused: and the stream goes on as before.
func TestSetBitRateIsRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	crf := 30.0
	for name, c := range map[string]struct {
		cfg   api.VideoConfig
		rate  int64
		field string
	}{
		"another encoder": {api.VideoConfig{Codec: "libvpx", BitRate: 200_000}, 300_000, "BitRate"},
		"x265":            {api.VideoConfig{Codec: "libx265", BitRate: 200_000}, 300_000, "BitRate"},
		"no rate":         {api.VideoConfig{Codec: "libx264"}, 300_000, "BitRate"},
		"CRF":             {api.VideoConfig{Codec: "libx264", CRF: &crf}, 300_000, "BitRate"},
		"zero":            {api.VideoConfig{Codec: "libx264", BitRate: 200_000}, 0, "BitRate"},
		"negative":        {api.VideoConfig{Codec: "libx264", BitRate: 200_000}, -5, "BitRate"},
		"too high":        {api.VideoConfig{Codec: "libx264", BitRate: 200_000}, 1 << 40, "BitRate"},
		"hrd": {
			api.VideoConfig{Codec: "libx264", BitRate: 200_000, ExtraOptions: map[string]any{
				"nal-hrd": "vbr", "maxrate": 300_000, "bufsize": 300_000,
			}}, 300_000, "ExtraOptions[nal-hrd]",
		},
		"hrd inside": {
			api.VideoConfig{Codec: "libx264", BitRate: 200_000, ExtraOptions: map[string]any{
				"x264-params": "nal_hrd=vbr:vbv-maxrate=300:vbv-bufsize=300",
			}}, 300_000, "ExtraOptions[x264-params]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = 64, 64, 25
			enc := api.NewEncoder()
			v := addVideo(t, enc, c.cfg)
			require.ErrorIs(t, v.SetBitRate(c.rate), api.ErrNotOpen)
			require.NoError(t, enc.OpenFile(context.Background(), temporary(t, "refused.mkv")))
			requireField(t, v.SetBitRate(c.rate), c.field)
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: enlarged(0, 2, 64, 64), Layout: api.NHWC}))
			require.NoError(t, v.End())
			require.ErrorIs(t, v.SetBitRate(c.rate), api.ErrEnded)
			require.NoError(t, enc.Close())
			require.ErrorIs(t, v.SetBitRate(c.rate), api.ErrClosed)
		})
	}
}

// noteWrongOrders notes the errors of orders that an encoder cannot follow.
func noteWrongOrders(t *testing.T, note func(name, field string, err error)) {
	for _, c := range []struct {
		name, field string
		cfg         api.VideoConfig
		order       func(*api.VideoStream) error
	}{
		{"a key frame of SVT-AV1", "Codec", api.VideoConfig{Codec: "libsvtav1", Preset: "12"}, (*api.VideoStream).ForceKeyFrame},
		{
			"a key frame of x265 without IDR", "ExtraOptions[forced-idr]",
			api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"forced-idr": 0}},
			(*api.VideoStream).ForceKeyFrame,
		},
		{"a bit rate of VP8", "BitRate", api.VideoConfig{Codec: "libvpx", BitRate: 200_000}, toRate(300_000)},
		{"a bit rate without one", "BitRate", api.VideoConfig{Codec: "libx264"}, toRate(300_000)},
		{"a bit rate of nothing", "BitRate", api.VideoConfig{Codec: "libx264", BitRate: 200_000}, toRate(0)},
		{
			"a bit rate beside nal-hrd", "ExtraOptions[nal-hrd]", api.VideoConfig{
				Codec: "libx264", BitRate: 200_000,
				ExtraOptions: map[string]any{"nal-hrd": "vbr", "maxrate": 300_000, "bufsize": 300_000},
			}, toRate(300_000),
		},
	} {
		c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = 64, 64, 25
		enc := api.NewEncoder()
		v := addVideo(t, enc, c.cfg)
		require.NoError(t, enc.OpenFile(context.Background(), temporary(t, "orders.mkv")))
		note(c.name, c.field, c.order(v))
		require.NoError(t, enc.Close())
	}
}

func toRate(rate int64) func(*api.VideoStream) error {
	return func(v *api.VideoStream) error { return v.SetBitRate(rate) }
}
