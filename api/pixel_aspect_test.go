package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// wide are pairs of container and codec that keep the shape of a pixel, and how exactly.
var wide = []struct {
	extension, codec string
	within           float64
	blind            bool // mediainfo does not read it
}{
	{"mp4", "libx264", 0, false},
	{"mp4", "libx265", 0, false},
	{"mp4", "mpeg4", 0, false},
	{"mp4", "libvpx-vp9", 0, false},
	{"mp4", "libaom-av1", 0, false},
	{"mov", "libx264", 0, false},
	{"mov", "prores_ks", 0, false},
	{"mov", "mjpeg", 0, false},
	{"m4v", "libx264", 0, false},
	{"3gp", "mpeg4", 0, false},
	{"mkv", "libx264", 0.005, false}, // whole pixels
	{"mkv", "libx265", 0.005, false},
	{"mkv", "ffv1", 0.005, false},
	{"mkv", "libvpx", 0.005, false},
	{"mkv", "libaom-av1", 0.005, false},
	{"webm", "libvpx-vp9", 0.005, false},
	{"webm", "libvpx", 0.005, false},
	{"avi", "mpeg4", 0, false},
	{"avi", "libx264", 0, false},
	{"avi", "mjpeg", 0, false},
	{"nut", "libx264", 0, true},
	{"nut", "ffv1", 0, true},
	{"asf", "msmpeg4", 0, false},
	{"flv", "libx264", 0, false},
	{"ts", "libx264", 0, false},
	{"ts", "mpeg2video", 0, false},
	{"gif", "gif", 0.005, true},
	{"apng", "apng", 0, true},
	{"y4m", "rawvideo", 0, false},
}

// TestPixelAspect: the shape of a pixel is in every file, whichever way it is said, where ffprobe
// and mediainfo look for it.
func TestPixelAspect(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range wide {
		t.Run(c.extension+"/"+c.codec, func(t *testing.T) {
			t.Parallel()
			for _, option := range []bool{false, true} {
				cfg := api.VideoConfig{
					Width:       704,
					Height:      576,
					FrameRate:   25,
					Codec:       c.codec,
					InputFormat: "gray",
					PixelAspect: 16.0 / 11,
					Threads:     1,
				}
				if option {
					cfg.PixelAspect, cfg.ExtraOptions = 0, map[string]any{"aspect": "16:11"}
				}
				path := temporary(t, "wide."+c.extension)
				encodeGray(
					t,
					cfg,
					path,
					map[bool]int{true: 25, false: 2}[c.extension == "ts"],
				) // or ffprobe finds no end of the header
				out := string(
					mediatest.Run(
						t,
						"ffprobe",
						"-v",
						"error",
						"-select_streams",
						"v:0",
						"-show_entries",
						"stream=sample_aspect_ratio",
						"-of",
						"default=nw=1:nk=1",
						path,
					),
				)
				var num, den float64
				_, err := fmt.Sscanf(out, "%g:%g", &num, &den)
				require.NoError(t, err, out)
				require.InDelta(t, 16.0/11, num/den, c.within+1e-6)
				if !c.blind {
					seen := strings.TrimSpace(string(mediatest.Run(t, "mediainfo", "--Output=Video;%PixelAspectRatio%", path)))
					aspect, err := strconv.ParseFloat(seen, 64)
					require.NoError(t, err, seen)
					require.InDelta(t, 16.0/11, aspect, c.within+0.0006)
				}
				if c.extension == "mkv" || c.extension == "webm" {
					var width, height float64
					for line := range strings.Lines(string(mediatest.Run(t, "mkvinfo", path))) {
						_, _ = fmt.Sscanf(line, "|   + Display width: %g", &width)
						_, _ = fmt.Sscanf(line, "|   + Display height: %g", &height)
					}
					require.InDelta(t, 16.0/9, width/height, c.within, "as mkvinfo sees it")
				}
				if c.extension == "mp4" || c.extension == "m4v" || c.extension == "3gp" { // in mov, pasp alone says it
					require.Equal(
						t,
						uint32(1024),
						trackWidth(t, path),
						"the track's header, which players look at, has the width as it is shown",
					)
				}
			}
		})
	}
}

// encodeGray encodes so many pictures.
func encodeGray(t *testing.T, cfg api.VideoConfig, path string, frames int) {
	t.Helper()
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	require.NoError(
		t,
		v.AddFrames(context.Background(), api.Frames{Data: make([]byte, frames*cfg.Width*cfg.Height), Layout: api.Raw}),
	)
	require.NoError(t, enc.Close())
}

// trackWidth reads the width of the picture in the header of the first track of an mp4 file (tkhd
// in ISO/IEC 14496-12, 8.3.2).
func trackWidth(t *testing.T, path string) uint32 {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	_, header, ok := bytes.Cut(content, []byte("tkhd"))
	require.True(t, ok)
	require.Zero(t, header[0], "the version")
	return binary.BigEndian.Uint32(header[76:]) >> 16
}

// TestPixelAspectThatNobodyCanSay is refused, with what can.
func TestPixelAspectThatNobodyCanSay(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec string
		aspect           float64
		supported        string
	}{
		{"flv", "flv1", 16.0 / 11, "mkv"},
		{"ivf", "libvpx-vp9", 16.0 / 11, "webm"},
		{"ts", "mpeg2video", 1.2, "mp4"},
		{"mpg", "mpeg1video", 16.0 / 11, "mkv"},
		{"gif", "gif", 5, ""},
		{"avif", "libaom-av1", 16.0 / 11, "mp4"},
	} {
		for _, cfg := range []api.VideoConfig{
			{PixelAspect: c.aspect}, {ExtraOptions: map[string]any{"aspect": c.aspect}},
		} {
			cfg.Width, cfg.Height, cfg.FrameRate, cfg.Codec = 704, 576, 25, c.codec
			path, enc := temporary(t, "wide."+c.extension), api.NewEncoder()
			addVideo(t, enc, cfg)
			err := enc.OpenFile(context.Background(), path)
			require.NoError(t, enc.Close())
			var config *api.ConfigError
			require.ErrorAs(t, err, &config, "%s %s", c.extension, c.codec)
			require.Contains(t, []string{"PixelAspect", "ExtraOptions[aspect]"}, config.Field)
			require.Equal(t, c.aspect, config.Value)
			if c.supported != "" {
				require.Contains(t, config.Supported, c.supported)
			}
			require.NoFileExists(t, path)
		}
	}
	for _, wrong := range []float64{-1, math.NaN(), math.Inf(1), 1e-9, 1000} {
		_, err := api.NewEncoder().AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, PixelAspect: wrong})
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "%g", wrong)
		require.Equal(t, "PixelAspect", config.Field)
	}
	_, err := api.NewEncoder().
		AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libx264", PixelAspect: 2, ExtraOptions: map[string]any{"aspect": 2}})
	require.ErrorContains(t, err, "PixelAspect is set too")
}

// TestVideoConfigInJSON has what a stream can say.
func TestVideoConfigInJSON(t *testing.T) {
	cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, PixelAspect: 16.0 / 11, Tag: "hev1", HDR: display()}
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	var read api.VideoConfig
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, cfg, read)
}
