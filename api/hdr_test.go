package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// display is a mastering display whose values have no name, and two of which have to be rounded.
func display() *api.HDR {
	return &api.HDR{
		Primaries:  [3][2]float64{{0.6499, 0.340089}, {0.285108, 0.63}, {0.1502, 0.0604}},
		WhitePoint: [2]float64{0.3127, 0.329}, MinLuminance: 0.00523, MaxLuminance: 1250.25004,
		MaxCLL: 987, MaxFALL: 321,
	}
}

// readHDR reads HDR metadata from ffprobe's list of side data.
func readHDR(list []map[string]any) (display map[string]float64, light []float64) {
	display = map[string]float64{}
	for _, data := range list {
		switch data["side_data_type"] {
		case "Mastering display metadata":
			for name, value := range data {
				var num, den float64
				if _, err := fmt.Sscanf(fmt.Sprint(value), "%g/%g", &num, &den); err == nil {
					display[name] = num / den
				}
			}
		case "Content light level metadata":
			light = []float64{data["max_content"].(float64), data["max_average"].(float64)}
		}
	}
	return display, light
}

// sideData is what a program of FFmpeg, the system's or that of the same version, finds in the
// container about the pictures of a file.
func sideData(t *testing.T, ffprobe, path string) []map[string]any {
	t.Helper()
	var out struct {
		Streams []struct {
			Data []map[string]any `json:"side_data_list"`
		} `json:"streams"`
	}
	text := mediatest.Run(t, ffprobe, "-v", "error", "-select_streams", "v:0", "-show_streams", "-of", "json", path)
	require.NoError(t, json.Unmarshal(text, &out))
	return out.Streams[0].Data
}

// containerHDR is what ffprobe finds in the container.
func containerHDR(t *testing.T, path string) (display map[string]float64, light []float64) {
	t.Helper()
	return readHDR(sideData(t, "ffprobe", path))
}

// streamHDR is what ffprobe finds in the pictures. It is asked about a file whose container says
// nothing.
func streamHDR(t *testing.T, path string) (display map[string]float64, light []float64) {
	t.Helper()
	var out struct {
		Frames []struct {
			Data []map[string]any `json:"side_data_list"`
		} `json:"frames"`
	}
	text := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_frames", "-of", "json", path)
	require.NoError(t, json.Unmarshal(text, &out))
	return readHDR(out.Frames[0].Data)
}

// requireDisplay compares what was read with display(). chroma, least and most are the units of the
// format.
func requireDisplay(t *testing.T, read map[string]float64, chroma, least, most float64) {
	t.Helper()
	h := display()
	want := map[string]float64{
		"red_x": h.Primaries[0][0], "red_y": h.Primaries[0][1],
		"green_x": h.Primaries[1][0], "green_y": h.Primaries[1][1],
		"blue_x": h.Primaries[2][0], "blue_y": h.Primaries[2][1],
		"white_point_x": h.WhitePoint[0], "white_point_y": h.WhitePoint[1],
	}
	for name, value := range want {
		require.Contains(t, read, name)
		require.InDelta(t, value, read[name], chroma/2+1e-9, name)
	}
	require.InDelta(t, h.MinLuminance, read["min_luminance"], least/2+1e-9)
	require.InDelta(t, h.MaxLuminance, read["max_luminance"], most/2+1e-9)
}

// requireDisplayInMediainfo compares what mediainfo says with display(), rounded to the units.
func requireDisplayInMediainfo(t *testing.T, path string) {
	t.Helper()
	fields := "%MasteringDisplay_ColorPrimaries%|%MasteringDisplay_Luminance%|%MaxCLL%|%MaxFALL%"
	said := strings.TrimSpace(string(mediatest.Run(t, "mediainfo", "--Output=Video;"+fields, path)))
	want := "R: x=0.649900 y=0.340080, G: x=0.285100 y=0.630000, B: x=0.150200 y=0.060400, White point: x=0.312700 y=0.329000" +
		"|min: 0.0052 cd/m2, max: 1250 cd/m2|987|321"
	require.Equal(t, want, strings.NewReplacer("987 cd/m2", "987", "321 cd/m2", "321").Replace(said))
}

// TestHDRInTheStream reads the metadata from files whose containers have no place for it. The
// system's ffprobe does not read that of H.264; mediainfo does, but not that of AV1.
func TestHDRInTheStream(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		codec, extension, pixelFormat string
		unit                          [3]float64
	}{
		{"libx264", "ts", "yuv420p", [3]float64{}},
		{"libx264", "h264", "yuv420p10le", [3]float64{}},
		{"libx264rgb", "avi", "", [3]float64{}},
		{"libx265", "ts", "yuv420p10le", [3]float64{0.00002, 0.0001, 0.0001}},
		{"libx265", "hevc", "yuv420p", [3]float64{0.00002, 0.0001, 0.0001}},
		{"libsvtav1", "ivf", "yuv420p10le", [3]float64{0.00002 + 1.0/65536, 0.0001 + 1.0/16384, 0.0001 + 1.0/256}},
		{"libsvtav1", "obu", "yuv420p", [3]float64{0.00002 + 1.0/65536, 0.0001 + 1.0/16384, 0.0001 + 1.0/256}},
	} {
		t.Run(c.codec+"/"+c.extension, func(t *testing.T) {
			t.Parallel()
			path := temporary(t, "hdr."+c.extension)
			cfg := api.VideoConfig{
				Codec: c.codec, PixelFormat: c.pixelFormat, ColorPrimaries: "bt2020", ColorTransfer: "smpte2084", HDR: display(),
			}
			encodeHDR(t, cfg, path)
			if strings.HasPrefix(c.codec, "libx264") {
				requireDisplayInMediainfo(t, path)
				return
			}
			read, light := streamHDR(t, path)
			requireDisplay(t, read, c.unit[0], c.unit[1], c.unit[2])
			require.Equal(t, []float64{987, 321}, light)
			if c.extension == "ts" {
				requireDisplayInMediainfo(t, path)
			}
		})
	}
}

// encodeHDR writes pictures of a size that SVT-AV1 takes.
func encodeHDR(t *testing.T, cfg api.VideoConfig, path string) {
	t.Helper()
	cfg.Width, cfg.Height, cfg.FrameRate, cfg.InputFormat, cfg.Threads = 64, 64, 25, "gray", 1
	encodeGray(t, cfg, path, 10)
}

// TestHDRInTheContainer reads the metadata from containers that have a place for it, also where
// the codec has none.
func TestHDRInTheContainer(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ codec, extension string }{
		{"libx264", "mp4"},
		{"libx265", "mp4"},
		{"libsvtav1", "mp4"},
		{"libaom-av1", "mp4"},
		{"libvpx-vp9", "mp4"},
		{"prores_ks", "mov"},
		{"libx265", "mov"},
		{"mjpeg", "mov"},
		{"libaom-av1", "mkv"},
		{"ffv1", "mkv"},
		{"libx264", "mkv"},
		{"mpeg2video", "mkv"},
		{"libvpx-vp9", "webm"},
		{"libvpx", "webm"},
		{"libsvtav1", "webm"},
		{"libaom-av1", "webm"},
	} {
		t.Run(c.codec+"/"+c.extension, func(t *testing.T) {
			t.Parallel()
			path := temporary(t, "hdr."+c.extension)
			cfg := api.VideoConfig{Codec: c.codec, ColorPrimaries: "bt2020", ColorTransfer: "smpte2084", HDR: display()}
			encodeHDR(t, cfg, path)
			read, light := containerHDR(t, path)
			requireDisplay(t, read, 0.00002, 0.0001, 0.0001)
			require.Equal(t, []float64{987, 321}, light)
			requireDisplayInMediainfo(t, path)
		})
	}
}

// TestPartOfHDR says only what is known: the light level without a display, or the display without
// a light level.
func TestPartOfHDR(t *testing.T) {
	mediatest.NoLeaks(t)
	unlit := display()
	unlit.MaxCLL, unlit.MaxFALL = 0, 0
	for _, c := range []struct{ codec, extension string }{
		{"libx265", "ts"}, {"libsvtav1", "ivf"}, {"libx265", "mp4"}, {"libaom-av1", "mp4"}, {"libvpx-vp9", "webm"},
	} {
		t.Run(c.codec+"/"+c.extension, func(t *testing.T) {
			t.Parallel()
			read := streamHDR
			if c.extension == "mp4" || c.extension == "webm" {
				read = containerHDR
			}
			cfg := api.VideoConfig{Codec: c.codec, ColorTransfer: "smpte2084", HDR: &api.HDR{MaxCLL: 987, MaxFALL: 321}}
			path := temporary(t, "light."+c.extension)
			encodeHDR(t, cfg, path)
			display, light := read(t, path)
			require.Empty(t, display)
			require.Equal(t, []float64{987, 321}, light)

			cfg.HDR, path = unlit, temporary(t, "display."+c.extension)
			encodeHDR(t, cfg, path)
			display, light = read(t, path)
			require.Contains(t, display, "red_x")
			if c.extension == "ts" {
				require.Equal(t, []float64{0, 0}, light, "x265 says that it is unknown")
			} else {
				require.Empty(t, light)
			}
		})
	}
}

// TestHDRThatNobodyCanSay is refused, with what can.
func TestHDRThatNobodyCanSay(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ codec, extension, supported string }{
		{"libaom-av1", "ivf", "mp4"},
		{"libvpx-vp9", "ivf", "webm"},
		{"mpeg2video", "ts", "mkv"},
		{"mpeg4", "avi", "mov"},
		{"ffv1", "nut", "mkv"},
		{"mpeg2video", "mxf", "mov"},
		{"mjpeg", "avi", "mov"},
		{"libvpx-vp9", "ivf", "mp4"},
		{"mpeg4", "m4v", "mp4"},
		{"libaom-av1", "flv", "webm"},
	} {
		path := temporary(t, "hdr."+c.extension)
		cfg := api.VideoConfig{Codec: c.codec, ColorTransfer: "smpte2084", HDR: display()}
		err := openRefused(t, cfg, api.File(path))
		require.Equal(t, "HDR", err.Field)
		require.Contains(t, err.Supported, c.supported)
		require.NotContains(t, map[bool][]string{true: err.Supported}[c.codec == "libvpx-vp9"], "mov")
		require.Contains(t, err.Reason, "libx265")
		require.NoFileExists(t, path)
	}
}

// TestHDRIsCopied: the caller may change its HDR after AddVideo.
func TestHDRIsCopied(t *testing.T) {
	mediatest.NoLeaks(t)
	h, enc, path := display(), api.NewEncoder(), temporary(t, "hdr.mp4")
	cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, InputFormat: "gray", ColorTransfer: "smpte2084", HDR: h}
	v := addVideo(t, enc, cfg)
	*h = api.HDR{MaxCLL: -1}
	require.NoError(t, enc.OpenFile(t.Context(), path))
	require.NoError(t, v.AddFrames(t.Context(), api.Frames{Data: make([]byte, 64*64), Layout: api.Raw}))
	require.NoError(t, enc.Close())
	requireDisplayInMediainfo(t, path)
}

// TestHDRWithoutItsTransfer is logged, because players would show nothing of it.
func TestHDRWithoutItsTransfer(t *testing.T) {
	mediatest.NoLeaks(t)
	for transfer, warns := range map[string]bool{"": true, "bt709": true, "smpte2084": false, "arib-std-b67": false} {
		enc, logs := observed(zapcore.WarnLevel)
		v := addVideo(t, enc, api.VideoConfig{
			Width: 64, Height: 64, FrameRate: 25, Codec: "libx264", ColorTransfer: transfer, HDR: display(),
		})
		require.NoError(t, enc.OpenWriter(t.Context(), new(api.MemoryFile), "mp4"))
		require.NoError(t, v.End())
		require.NoError(t, enc.Close())
		said := strings.Contains(strings.Join(texts(logs), "\n"), "HDR is set, but ColorTransfer is bt709")
		require.Equal(t, warns, said, "%s: %v", transfer, texts(logs))
	}
}
