package api_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// grayEdges returns pictures, in grey, whose pixels depend on their place: what is lost or shifted
// at an edge shows.
func grayEdges(width, height int) []byte {
	data := make([]byte, width*height)
	for i := range data {
		data[i] = byte(40 + (i%width*5+i/width*3)%160)
	}
	return data
}

// TestSizesToTheLastPixel encodes pictures of awkward sizes without loss, padded, cropped and as
// they are, and compares every luma.
func TestSizesToTheLastPixel(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		codec, format string
		stepX, stepY  int
		least         int
	}{
		{"ffv1", "yuv420p", 2, 2, 4},
		{"ffv1", "yuv422p", 2, 1, 4},
		{"ffv1", "yuv410p", 4, 4, 4},
		{"ffv1", "yuv411p", 4, 1, 4},
		{"ffv1", "yuv444p", 1, 1, 4},
		{"libx264", "yuv420p", 2, 2, 1},
		{"libx264", "yuv444p", 1, 1, 1},
		{"libx265", "yuv420p", 2, 2, 16},
		{"libvpx-vp9", "yuv420p", 2, 2, 1},
	} {
		t.Run(c.codec+" "+c.format, func(t *testing.T) {
			var sizes []sized
			for _, size := range [][2]int{{1, 1}, {2, 2}, {15, 17}, {16, 16}, {17, 33}, {33, 31}, {47, 49}, {64, 3}, {64, 24}, {48, 16}, {32, 64}} {
				crop := sized{size[0], size[1], size[0] / c.stepX * c.stepX, size[1] / c.stepY * c.stepY, api.OddSizeCrop}
				pad := sized{
					size[0],
					size[1],
					(size[0] + c.stepX - 1) / c.stepX * c.stepX,
					(size[1] + c.stepY - 1) / c.stepY * c.stepY,
					api.OddSizePad,
				}
				for _, s := range []sized{crop, pad} {
					if min(s.outWidth, s.outHeight) >= c.least {
						sizes = append(sizes, s)
					}
				}
			}
			requireEveryPixel(
				t,
				api.VideoConfig{
					FrameRate:   25,
					Codec:       c.codec,
					PixelFormat: c.format,
					InputFormat: "gray",
					ColorRange:  "pc",
					Threads:     1,
					ExtraOptions: map[string]map[string]any{
						"libx264": {"qp": 0}, "libx265": {"x265-params": "lossless=1"}, "libvpx-vp9": {"lossless": 1},
					}[c.codec],
				},
				sizes,
			)
		})
	}
}

// sized is a size of the input, and what is encoded of it.
type sized struct {
	width, height, outWidth, outHeight int
	odd                                api.OddSize
}

// requireEveryPixel encodes a picture of each size, a few times, each in a stream of one file, and
// compares what the system's ffmpeg decodes.
func requireEveryPixel(t *testing.T, cfg api.VideoConfig, sizes []sized) {
	t.Helper()
	const count = 3
	dir, path := t.TempDir(), temporary(t, "sizes.mkv")
	enc := api.NewEncoder()
	var streams []*api.VideoStream
	args := []string{"-v", "error", "-i", path}
	var names []string
	for i, s := range sizes {
		cfg.Width, cfg.Height, cfg.OddSize = s.width, s.height, s.odd
		streams = append(streams, addVideo(t, enc, cfg))
		names = append(names, strconv.Itoa(i))
		args = append(args, "-map", "0:"+names[i], "-f", "rawvideo", "-vf", "extractplanes=y", filepath.Join(dir, names[i]))
	}
	require.NoError(t, enc.OpenFile(context.Background(), path))
	for i, s := range sizes {
		for range count {
			require.NoError(
				t,
				streams[i].AddFrames(context.Background(), api.Frames{Data: grayEdges(s.width, s.height), Layout: api.Raw}),
			)
		}
		require.NoError(t, streams[i].End())
	}
	require.NoError(t, enc.Close())
	mediatest.Run(t, "ffmpeg", args...)
	decoded := readFiles(t, dir, names)
	for i, s := range sizes {
		picture := grayEdges(s.width, s.height)
		require.Len(t, decoded[names[i]], count*s.outWidth*s.outHeight, s)
		for k, got := range decoded[names[i]] {
			x, y := k%s.outWidth, k/s.outWidth%s.outHeight
			require.Equal(t, picture[min(y, s.height-1)*s.width+min(x, s.width-1)], got, "%v: pixel %d, %d", s, x, y)
		}
	}
}

// TestTheLargestSize encodes 8K.
func TestTheLargestSize(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 7680, 4320
	picture := grayEdges(width, height)
	cfg := api.VideoConfig{
		Width:        width,
		Height:       height,
		FrameRate:    25,
		Codec:        "libx264",
		Preset:       "ultrafast",
		PixelFormat:  "gray",
		InputFormat:  "gray",
		ExtraOptions: map[string]any{"qp": 0},
	}
	path := saved(t, "large.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: picture, Layout: api.Raw}))
	}))
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-vf", "extractplanes=y", "-")
	require.True(t, string(picture) == string(raw))
}
