package api_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestNumberedPictures: each frame is in the file of its number, counted from 0, in colour, and the
// system's ffmpeg reads it alone.
func TestNumberedPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	for extension, codec := range map[string]string{
		"png": "png", "jpg": "mjpeg", "tiff": "tiff", "bmp": "bmp", "webp": "webp", "exr": "exr", "dpx": "dpx",
		"tga": "targa", "ppm": "ppm", "qoi": "qoi", "jp2": "jpeg2000", "sgi": "sgi",
	} {
		t.Run(extension, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			enc := api.NewEncoder()
			v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 48, FrameRate: 25})
			require.NoError(t, enc.Open(context.Background(), api.Folder(dir, "100%%-%03d."+extension)))
			const frames = 4
			for i := range frames {
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: twoColors(i), Layout: api.NHWC}))
			}
			require.NoError(t, enc.Close())
			names := filesIn(t, dir)
			require.Len(t, names, frames)
			for i := range frames {
				require.Equal(t, fmt.Sprintf("100%%-%03d.%s", i, extension), names[i])
			}
			path := filepath.Join(dir, names[frames-1])
			require.Equal(t, codec, mediatest.Probe(t, path).Streams[0].Codec)
			requireTwoColors(t, path, frames-1, extension)
		})
	}
}

// twoColors returns a picture of one colour in each half.
func twoColors(i int) []byte {
	data := make([]byte, 0, 64*48*3)
	for range 48 {
		for x := range 64 {
			if x < 32 {
				data = append(data, 200, byte(20*i), 30)
			} else {
				data = append(data, 30, 60, byte(20*i))
			}
		}
	}
	return data
}

// requireTwoColors compares the colours of a picture with those of twoColors. FFmpeg reads EXR as
// linear light, so that only their order is checked there.
func requireTwoColors(t *testing.T, path string, i int, extension string) {
	t.Helper()
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-f", "image2", "-pattern_type", "none", "-i", path,
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-")
	want := twoColors(i)
	require.Len(t, raw, len(want))
	for _, x := range []int{16, 48} {
		at := 3 * (24*64 + x)
		got := raw[at : at+3]
		if extension == "exr" {
			require.Equal(t, want[at] > want[at+2], got[0] > got[2])
			continue
		}
		for c := range 3 {
			require.InDelta(t, want[at+c], got[c], 6, "%s at %d", path, x)
		}
	}
}

// TestPicturesKeep: the last ones stay.
func TestPicturesKeep(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	enc := api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25})
	require.NoError(t, enc.Open(context.Background(), api.Folder(dir, "%d.png", api.SegmentKeep(3),
		api.FormatOptions(map[string]any{"start_number": 98}))))
	addNumbered(t, v, 0, 10)
	require.NoError(t, enc.Close())
	require.Equal(t, "105.png 106.png 107.png", strings.Join(filesIn(t, dir), " "))
}

// TestPicturesAreLossless: what png, tiff and others hold is what was fed.
func TestPicturesAreLossless(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"png", "tiff", "bmp", "ppm", "tga", "qoi", "sgi"} {
		dir := t.TempDir()
		enc := api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25})
		require.NoError(t, enc.Open(context.Background(), api.Folder(dir, "f%d."+extension)))
		addNumbered(t, v, 5, 3)
		require.NoError(t, enc.Close())
		raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", filepath.Join(dir, "f%d."+extension),
			"-f", "rawvideo", "-pix_fmt", "rgb24", "-")
		require.Equal(t, numbered(5, 3), raw, extension)
	}
}
