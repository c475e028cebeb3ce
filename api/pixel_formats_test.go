package api_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestEveryPixelFormatOfAnEncoder encodes flat colours in every pixel format of these encoders, as
// losslessly as they can, each format in a stream of one file, and compares what the system's
// ffmpeg shows.
func TestEveryPixelFormatOfAnEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		codec   string
		options map[string]any
		within  int
		least   int // pixel formats
	}{
		{"libx264", map[string]any{"qp": 1, "preset": "ultrafast"}, 2, 12},
		{"libx264rgb", map[string]any{"qp": 0, "preset": "ultrafast"}, 0, 2},
		{"libx265", map[string]any{"x265-params": "lossless=1", "preset": "ultrafast"}, 2, 12},
		{"libvpx-vp9", map[string]any{"lossless": 1, "cpu-used": 8}, 2, 12},
		{"libaom-av1", map[string]any{"aom-params": "lossless=1", "cpu-used": 8}, 2, 10},
		{"ffv1", nil, 2, 40},
		{"prores_ks", nil, 3, 3},
	} {
		t.Run(c.codec, func(t *testing.T) {
			var formats []string
			for _, f := range astiav.FindEncoderByName(c.codec).SupportedPixelFormats() {
				if astiavx.CanScaleTo(f) && opens(t, c.codec, f.Name()) {
					formats = append(formats, f.Name())
				}
			}
			require.GreaterOrEqual(t, len(formats), c.least)
			decoded := flatPatches(t, c.codec, c.options, formats)
			for _, name := range formats {
				f := astiav.FindPixelFormatByName(name)
				gray := astiavx.DescribePixelFormat(f).Gray
				require.Len(t, decoded[name], len(patches)*3*32*32, name)
				for i, p := range patches {
					want := []byte{p.R, p.G, p.B}
					if gray {
						luma := byte((299*int(p.R) + 587*int(p.G) + 114*int(p.B) + 500) / 1000)
						want = []byte{luma, luma, luma}
					}
					within(t, want, decoded[name][3*(i*32*32+16*32+16):][:3], c.within, name)
				}
			}
		})
	}
}

// opens says whether the encoder opens with this pixel format; where it does not, the error is
// about that.
func opens(t *testing.T, codec, format string) bool {
	t.Helper()
	enc := api.NewEncoder()
	addVideo(t, enc, api.VideoConfig{Width: 32, Height: 32, FrameRate: 25, Codec: codec, PixelFormat: format, Threads: 1})
	err := enc.OpenWriter(context.Background(), new(api.MemoryFile), "mkv")
	require.NoError(t, enc.Close())
	if err == nil {
		return true
	}
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	require.Equal(t, "PixelFormat", config.Field)
	require.NotEmpty(t, config.Supported)
	return false
}

// flatPatches encodes the patches, each a picture, in every format, and returns what the system's
// ffmpeg decodes, R G B.
func flatPatches(t *testing.T, codec string, options map[string]any, formats []string) map[string][]byte {
	t.Helper()
	dir, path := t.TempDir(), temporary(t, "formats.mkv")
	enc := api.NewEncoder()
	var streams []*api.VideoStream
	args := []string{"-v", "error", "-i", path}
	for _, f := range formats {
		streams = append(streams, addVideo(t, enc, api.VideoConfig{
			Width: 32, Height: 32, FrameRate: 25, Codec: codec, PixelFormat: f, ExtraOptions: options, Threads: 1,
		}))
		args = append(args, "-map", "0:"+strconv.Itoa(len(streams)-1), "-f", "rawvideo", "-pix_fmt", "rgb24",
			"-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact", filepath.Join(dir, f))
	}
	require.NoError(t, enc.OpenFile(context.Background(), path))
	for _, v := range streams {
		for _, p := range patches {
			require.NoError(
				t,
				v.AddFrames(context.Background(), api.Frames{Data: bytes.Repeat([]byte{p.R, p.G, p.B}, 32*32), Layout: api.NHWC}),
			)
		}
		require.NoError(t, v.End())
	}
	require.NoError(t, enc.Close())
	if codec == "ffv1" { // whose newest formats the system's ffmpeg does not know yet
		command(t, nil, args...)
	} else {
		mediatest.Run(t, "ffmpeg", args...)
	}
	return readFiles(t, dir, formats)
}

// TestDefaultCodecs opens each container without a codec, feeds it, and looks at the file.
func TestDefaultCodecs(t *testing.T) {
	mediatest.NoLeaks(t)
	for extension, codec := range map[string]string{
		"mp4": "h264", "mov": "h264", "mkv": "h264", "webm": "vp9", "avi": "mpeg4", "flv": "flv1", "ts": "mpeg2video",
		"mpg": "mpeg1video", "gif": "gif", "apng": "apng",
		"m4v": "h264", "wmv": "msmpeg4v3", "mxf": "mpeg2video", "nut": "mpeg4", "y4m": "rawvideo", "3gp": "h263",
		"ogv": "vp8",
	} {
		path := temporary(t, "default."+extension)
		enc := api.NewEncoder()
		const width, height = 352, 288 // H.263 has a few sizes only
		v := addVideo(t, enc, api.VideoConfig{Width: width, Height: height, FrameRate: 25})
		require.NoError(t, enc.OpenFile(context.Background(), path), extension)
		require.NoError(
			t,
			v.AddFrames(context.Background(), api.Frames{Data: enlarged(5, 4, width, height), Layout: api.NHWC}),
		)
		require.NoError(t, enc.Close(), extension)
		require.Equal(t, codec, mediatest.Probe(t, path).Streams[0].Codec, extension)
		require.Equal(t, []int{5, 6, 7, 8}, numbersIn(t, path), extension)
	}
}
