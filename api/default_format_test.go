package api_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// defaults are the pixel formats that are encoded where nobody names one.
var defaults = []struct {
	input, codec, container string
	want                    string
	loses                   string
}{
	// RGB of 8 bits, in whatever order, is encoded as it always was.
	{"", "libx264", "mp4", "yuv420p", ""},
	{"rgb24", "libx264", "mp4", "yuv420p", ""},
	{"bgr24", "libx264", "mp4", "yuv420p", ""},
	{"rgb0", "libx264", "mp4", "yuv420p", ""},
	{"0bgr", "libx265", "mp4", "yuv420p", ""},
	{"gbrp", "libx265", "mp4", "yuv420p", ""},
	{"bgr0", "ffv1", "mkv", "yuv420p", ""},
	{"rgb24", "png", "mkv", "rgb24", ""},
	{"rgb24", "rawvideo", "nut", "yuv420p", ""},
	{"rgb24", "gif", "gif", "pal8", ""},
	// With an alpha it keeps it where that costs nothing.
	{"rgba", "libx264", "mp4", "yuv420p", "alpha"},
	{"bgra", "libx264", "mp4", "yuv420p", "alpha"},
	{"rgba", "libvpx-vp9", "webm", "yuv420p", "alpha"},
	{"rgba", "png", "mkv", "rgba", ""},
	{"bgra", "png", "mkv", "rgba", ""},
	{"rgba", "ffv1", "mkv", "bgra", ""},
	{"argb", "utvideo", "avi", "gbrap", ""},
	{"rgba", "qtrle", "mov", "argb", ""},
	{"rgba", "rawvideo", "nut", "rgba", ""},
	{"rgba", "rawvideo", "mkv", "rgba", ""},
	{"rgba", "rawvideo", "y4m", "yuv420p", "alpha"},
	{"rgba", "gif", "gif", "pal8", "partial alpha"},
	{"bgra", "zmbv", "avi", "bgr0", "alpha"},
	{"rgba", "dxv", "mov", "rgba", "alpha"},
	// What the codec takes is encoded as it is.
	{"yuv420p", "libx264", "mp4", "yuv420p", ""},
	{"yuv444p", "libx264", "mp4", "yuv444p", ""},
	{"nv12", "libx264", "mp4", "nv12", ""},
	{"gray", "libx264", "mp4", "gray", ""},
	{"yuvj420p", "libx264", "mp4", "yuvj420p", ""},
	{"yuv420p10le", "libx265", "mp4", "yuv420p10le", ""},
	{"gray16le", "ffv1", "mkv", "gray16le", ""},
	{"pal8", "png", "mkv", "pal8", ""},
	{"pal8", "gif", "gif", "pal8", ""},
	{"monob", "png", "mkv", "monob", ""},
	{"yuva420p", "libvpx-vp9", "webm", "yuva420p", ""},
	{"yuva444p10le", "prores_ks", "mov", "yuva444p10le", ""},
	{"yuv444p", "rawvideo", "nut", "yuv444p", ""},
	{"xyz12le", "rawvideo", "nut", "xyz12le", ""},
	{"rgb48le", "ffv1", "mkv", "rgb48le", ""},
	// Or in a format that loses nothing.
	{"gray16le", "png", "mkv", "gray16be", ""},
	{"rgb48le", "png", "mkv", "rgb48be", ""},
	{"rgb48be", "ffv1", "mkv", "gbrp16le", ""},
	{"rgba64le", "png", "mkv", "rgba64be", ""},
	{"p010le", "libx265", "mp4", "yuv420p10le", ""},
	{"p010le", "libsvtav1", "mp4", "yuv420p10le", ""},
	{"yuyv422", "ffv1", "mkv", "yuv422p", ""},
	{"nv12", "libx265", "mp4", "yuv420p", ""},
	{"pal8", "ffv1", "mkv", "bgra", ""},
	{"monow", "ffv1", "mkv", "gray", ""},
	{"yuvj420p", "ffv1", "mkv", "yuv420p", ""},
	{"yuvj444p", "libaom-av1", "mp4", "yuv444p", ""},
	{"yuvj444p", "mjpeg", "mov", "yuvj444p", ""},
	{"yuv444p", "mjpeg", "mov", "yuvj444p", ""},
	{"rgb565le", "ffv1", "mkv", "bgr0", ""},
	// In a codec that never loses anything at least in the closest.
	{"yuv420p10le", "png", "mkv", "rgb48be", "exact RGB, YUV or grey values"},
	{"yuva444p", "png", "mkv", "rgba", "exact RGB, YUV or grey values"},
	{"yuv420p10le", "utvideo", "avi", "yuv420p", "bit depth"},
	{"yuv444p", "rawvideo", "avi", "yuv420p", "chroma resolution"},
	{"rgb48le", "rawvideo", "mkv", "xv48le", "exact RGB, YUV or grey values"},
	{"gray16le", "rawvideo", "mkv", "xv48le", "exact RGB, YUV or grey values"},
	{"yuv444p10le", "rawvideo", "mkv", "xv30le", ""},
	{"yuv444p", "rawvideo", "mkv", "vyu444", ""},
	{"pal8", "rawvideo", "mkv", "rgba", ""},
	{"pal8", "rawvideo", "mov", "pal8", ""},
	{"yuv420p", "gif", "gif", "pal8", "bit depth, exact RGB, YUV or grey values"},
	{"gray16le", "gif", "gif", "gray", "bit depth"},
	{"ya8", "gif", "gif", "pal8", "bit depth"},
	{"gray", "gif", "gif", "gray", ""},
	{"bayer_rggb8", "png", "mkv", "rgb24", ""},
	// Else in the usual one, which the log tells.
	{"rgb48le", "libx264", "mp4", "yuv420p", "bit depth, chroma resolution, exact RGB, YUV or grey values"},
	{"yuv420p10le", "mpeg4", "mp4", "yuv420p", "bit depth"},
	{"yuv422p10le", "libsvtav1", "mp4", "yuv420p", "bit depth, chroma resolution"},
	{"yuva420p", "libx264", "mp4", "yuv420p", "alpha"},
	{"yuva420p", "libvpx-vp9", "mp4", "yuv420p", "alpha"},
	{"yuva420p", "libvpx-vp9", "nut", "yuv420p", "alpha"},
}

// TestDefaultPixelFormats opens each of them, and looks at what is encoded and what is logged.
func TestDefaultPixelFormats(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range defaults {
		t.Run(fmt.Sprintf("%s in %s in %s", c.input, c.codec, c.container), func(t *testing.T) {
			format, loses := defaultOf(t, api.VideoConfig{Codec: c.codec, InputFormat: c.input}, c.container)
			require.Equal(t, c.want, format)
			require.Equal(t, c.loses, loses)
		})
	}
}

// defaultOf is the pixel format that is chosen for a stream, and what the log says of the input.
func defaultOf(t *testing.T, cfg api.VideoConfig, container string) (format, loses string) {
	t.Helper()
	core, lines := observer.New(zap.InfoLevel)
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	cfg.FrameRate, cfg.Threads = 25, 1
	if cfg.Width == 0 {
		cfg.Width, cfg.Height = 64, 64
	}
	addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), new(api.MemoryFile), container))
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	stream, ok := lines.FilterMessage("open").All()[0].ContextMap()["stream0"].(map[string]any)
	require.True(t, ok)
	loses, _ = stream["input_loses"].(string)
	format, _ = stream["format"].(string)
	return format, loses
}

// TestDefaultPixelFormatThatCannotBeHad has what else is wished rule the input's own format out:
// the usual one is taken, as ever.
func TestDefaultPixelFormatThatCannotBeHad(t *testing.T) {
	mediatest.NoLeaks(t)
	with := func(codec, input, key string, value any) api.VideoConfig {
		return api.VideoConfig{Codec: codec, InputFormat: input, ExtraOptions: map[string]any{key: value}}
	}
	odd := api.VideoConfig{Codec: "utvideo", InputFormat: "yuv420p", Width: 33, Height: 17}
	for name, c := range map[string]struct {
		cfg       api.VideoConfig
		container string
		want      string
	}{
		"profile of x264":   {with("libx264", "yuv444p", "profile", "high"), "mp4", "yuv420p"},
		"profile of x265":   {with("libx265", "yuv420p10le", "profile", "main"), "mp4", "yuv420p"},
		"profile of ProRes": {with("prores_ks", "yuva444p10le", "profile", "hq"), "mov", "yuv422p10le"},
		"references of VP8": {with("libvpx", "yuva420p", "auto-alt-ref", 1), "webm", "yuv420p"},
		"odd size":          {odd, "avi", "gbrp"},
	} {
		format, _ := defaultOf(t, c.cfg, c.container)
		require.Equal(t, c.want, format, name)
	}
}

// TestDefaultPixelFormatKeepsWhatIsPutIn encodes noise of many formats without naming one, with
// codecs that lose nothing, and has another program show it.
func TestDefaultPixelFormatKeepsWhatIsPutIn(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		input, codec, container string
		shown                   string
		options                 map[string]any
	}{
		{"gray16le", "ffv1", "mkv", "", nil},
		{"gray16le", "png", "mkv", "", nil},
		{"rgb48le", "png", "mov", "", nil},
		{"rgb48le", "ffv1", "mkv", "", nil},
		{"rgba64le", "png", "mkv", "", nil},
		{"rgba", "ffv1", "mkv", "", nil},
		{"rgba", "png", "avi", "", nil},
		{"ya8", "png", "mkv", "", nil},
		{"yuv444p", "libx264", "mp4", "", map[string]any{"qp": 0}},
		{"nv12", "libx264", "mp4", "", map[string]any{"qp": 0}},
		{"gray", "libx264", "mkv", "", map[string]any{"qp": 0}},
		{"yuvj420p", "libx264", "mp4", "", map[string]any{"qp": 0}},
		{"yuvj420p", "ffv1", "mkv", "yuv420p", nil},
		{"yuyv422", "ffv1", "mkv", "", nil},
		{"yuva444p", "ffv1", "mkv", "", nil},
		{"monow", "png", "mkv", "", nil},
		{"yuv444p", "rawvideo", "nut", "", nil},
	} {
		t.Run(fmt.Sprintf("%s in %s", c.input, c.codec), func(t *testing.T) {
			t.Parallel()
			cfg := api.VideoConfig{
				Width:        64,
				Height:       32,
				FrameRate:    25,
				Codec:        c.codec,
				InputFormat:  c.input,
				ExtraOptions: c.options,
				Threads:      1,
			}
			noise := noiseIn(t, c.input, cfg.Width, cfg.Height)
			path := temporary(t, "kept."+c.container)
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: noise, Layout: api.Raw}))
			require.NoError(t, enc.Close())
			shown := c.shown
			if shown == "" {
				shown = c.input
			}
			require.True(
				t,
				bytes.Equal(noise, mediatest.Pictures(t, path, 0, shown)[0]),
				mediatest.Probe(t, path).Streams[0].PixelFormat,
			)
			if c.input == "yuvj420p" {
				require.Equal(t, "pc", mediatest.Probe(t, path).Streams[0].ColorRange)
			}
		})
	}
}

// noiseIn is a picture of noise in a pixel format.
func noiseIn(t *testing.T, format string, width, height int) []byte {
	t.Helper()
	f := astiav.FindPixelFormatByName(format)
	require.NotEqual(t, astiav.PixelFormatNone, f)
	raw, ok := astiavx.RawLayout(f, width, height)
	require.True(t, ok)
	noise := make([]byte, raw.Size)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	return noise
}

// TestDefaultFormatInFolders checks that HLS and DASH are asked about a format that is tried before
// others, as their files are.
func TestDefaultFormatInFolders(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range []string{"index.m3u8", "manifest.mpd"} {
		dir, enc := t.TempDir(), api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{
			Width: 64, Height: 64, FrameRate: 25, Codec: "libx264", Preset: "ultrafast", InputFormat: "yuv444p",
		})
		require.NoError(t, enc.Open(context.Background(), api.Folder(dir, index)))
		pictures := api.Frames{Data: make([]byte, 3*64*64), Layout: api.Raw}
		require.NoError(t, v.AddFrames(context.Background(), pictures))
		require.NoError(t, enc.Close())
	}
}
