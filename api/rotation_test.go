package api_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// corners is a grey picture of 64×32 with a field of another brightness in each corner.
func corners() []byte {
	pixels := make([]byte, 64*32)
	for i := range pixels {
		x, y := i%64, i/64
		pixels[i] = []byte{40, 110, 170, 220}[x/32+2*(y/16)]
	}
	return pixels
}

// turned returns a picture that is turned clockwise, and its width.
func turned(pixels []byte, width, degrees int) (result []byte, newWidth int) {
	for range degrees / 90 {
		height := len(pixels) / width
		next := make([]byte, len(pixels))
		for i := range next {
			x, y := i%height, i/height
			next[i] = pixels[(height-1-x)*width+y]
		}
		pixels, width = next, height
	}
	return pixels, width
}

// encodeCorners writes ten pictures of corners.
func encodeCorners(t *testing.T, cfg api.VideoConfig, outputs ...api.Output) {
	t.Helper()
	enc := api.NewEncoder()
	cfg.Width, cfg.Height, cfg.FrameRate, cfg.InputFormat, cfg.Threads = 64, 32, 25, "gray", 1
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.Open(context.Background(), outputs...))
	defer enc.Abort(nil)
	feedCorners(t, v, 10)
	require.NoError(t, enc.Close())
}

func feedCorners(t *testing.T, v *api.VideoStream, frames int) {
	t.Helper()
	for range frames {
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: corners(), Layout: api.Raw}))
	}
}

// requireTurned tests that players show the corners turned: ffmpeg's command turns pictures as
// players do.
func requireTurned(t *testing.T, path string, degrees int) {
	t.Helper()
	want, width := turned(corners(), 64, degrees)
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
	require.Equal(t, len(want), len(raw))
	require.Greater(t, mediatest.PSNR(want, raw), 25.0)
	size := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "yuv4mpegpipe", "-pix_fmt",
		"yuv420p", "-")
	require.Contains(t, string(size[:40]), fmt.Sprintf("W%d H%d ", width, len(want)/width))
}

// TestRotation turns pictures clockwise in every container that can say so.
func TestRotation(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ extension, codec string }{
		{"mp4", "libx264"},
		{"mov", "prores_ks"},
		{"m4v", "libx264"},
		{"3gp", "mpeg4"},
		{"3g2", "mpeg4"},
		{"f4v", "libx264"},
		{"ismv", "libx264"},
		{"mkv", "ffv1"},
		{"webm", "libvpx-vp9"},
		{"mp4", "libx265"},
		{"mkv", "libx264"},
		{"mov", "mjpeg"},
	} {
		t.Run(c.extension+"/"+c.codec, func(t *testing.T) {
			t.Parallel()
			for _, degrees := range []int{90, 180, 270} {
				path := temporary(t, "turned."+c.extension)
				encodeCorners(t, api.VideoConfig{Codec: c.codec, Rotation: degrees}, api.File(path))
				requireTurned(t, path, degrees)
				if c.extension == "mp4" {
					requireMatrix(t, path, degrees)
				}
				if c.extension == "mkv" || c.extension == "webm" { // mediainfo does not read it there
					roll := map[int]string{90: "-90", 180: "180", 270: "90"}[degrees] // counterclockwise
					info := string(mediatest.Run(t, "mkvinfo", path))
					require.Contains(t, strings.ReplaceAll(info, "-180", "180"), "roll rotation: "+roll+"\n")
					continue
				}
				seen := mediatest.Run(t, "mediainfo", "--Output=Video;%Rotation%", path)
				require.Equal(t, fmt.Sprintf("%d.000", degrees), strings.TrimSpace(string(seen)))
			}
		})
	}
}

// requireMatrix compares the matrix in the header of the track with those that cameras write: it
// turns a picture of 64×32 and moves it back, so that its upper left corner is at 0 (ISO/IEC
// 14496-12, 8.3.2).
func requireMatrix(t *testing.T, path string, degrees int) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	names, contents := boxes(t, content)
	header := contents[slices.Index(names, "moov.trak.tkhd")]
	want := map[int][9]int32{
		90: {0, 1, 0, -1, 0, 0, 32, 0, 1 << 14}, 180: {-1, 0, 0, 0, -1, 0, 64, 32, 1 << 14}, 270: {0, -1, 0, 1, 0, 0, 0, 64, 1 << 14},
	}[degrees]
	for i, v := range want {
		require.Equal(t, v<<16, int32(binary.BigEndian.Uint32(header[40+4*i:])), "%d°, element %d", degrees, i)
	}
}

// TestRotationThatNobodyCanSay is refused, with what can.
func TestRotationThatNobodyCanSay(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ extension, codec string }{
		{"ts", "libx264"},
		{"avi", "libx264"},
		{"flv", "libx264"},
		{"avif", "libaom-av1"},
		{"y4m", "rawvideo"},
		{"nut", "ffv1"},
		{"mxf", "libx264"},
		{"h264", "libx264"},
		{"ivf", "libvpx-vp9"},
		{"mpg", "mpeg2video"},
	} {
		path := temporary(t, "turned."+c.extension)
		err := openRefused(t, api.VideoConfig{Codec: c.codec, Rotation: 90}, api.File(path))
		require.Equal(t, "Rotation", err.Field)
		require.Equal(t, 90, err.Value)
		require.Contains(t, err.Supported, "mkv")
		require.NoFileExists(t, path)
	}
}

// openRefused returns the error of an Open.
func openRefused(t *testing.T, cfg api.VideoConfig, outputs ...api.Output) *api.ConfigError {
	t.Helper()
	enc := api.NewEncoder()
	cfg.Width, cfg.Height, cfg.FrameRate = 64, 32, 25
	addVideo(t, enc, cfg)
	err := enc.Open(context.Background(), outputs...)
	require.NoError(t, enc.Close())
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	return config
}
