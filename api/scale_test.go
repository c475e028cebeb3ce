package api_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// scaling is one way to scale, for avloom and for the scale filter of the ffmpeg command.
type scaling struct {
	width, height int
	scaler, flag  string // their names in avloom and in the command
	format        string // of the result
}

func (s scaling) String() string {
	return fmt.Sprintf("%d×%d %s %s", s.width, s.height, s.scaler, s.format)
}

// filter returns the command's filter. With several threads, the command converts a mosaic in
// slices, whose borders differ. Input that is YUV has BT.601 and the limited range.
func (s scaling) filter(input string) string {
	in := ":in_color_matrix=bt601:in_range=tv"
	if isFull(input) {
		in = ""
	}
	out := ":out_color_matrix=bt601:out_range=tv"
	if isFull(s.format) {
		out = ":out_range=pc"
	}
	return fmt.Sprintf("scale=%d:%d:flags=%s+accurate_rnd+full_chroma_inp+full_chroma_int+bitexact:threads=1%s%s,format=%s",
		s.width, s.height, s.flag, in, out, s.format)
}

// isFull says whether a format is RGB or grey, which have the full range.
func isFull(format string) bool {
	return slices.ContainsFunc([]string{"rgb", "bgr", "gbr", "gray", "mono", "pal8", "bayer"}, func(prefix string) bool {
		return strings.HasPrefix(format, prefix)
	})
}

// scalings returns ways to scale, in which each size, method and output format occurs.
func scalings(t *testing.T) []scaling {
	t.Helper()
	methods := [][2]string{
		{"", "bicubic"},
		{"bicubic", "bicubic"},
		{"lanczos", "lanczos"},
		{"bilinear", "bilinear"},
		{"area", "area"},
		{"nearest", "neighbor"},
	}
	sizes := [][2]int{{192, 108}, {48, 26}, {20, 60}, {96, 30}, {6, 4}, {130, 52}}
	formats := []string{"yuv420p", "yuv444p", "nv12", "gray", "rgb24", "yuv420p10le", "yuyv422", "gbrp", "yuv422p", "yuva420p", "rgba"}
	step := 6
	if mediatest.Long(t) {
		step = 2 // more streams than nut can hold otherwise
	}
	var all []scaling
	for i, m := range methods {
		for j, size := range sizes {
			for k, format := range formats {
				if (i+j+k)%step == 0 {
					all = append(all, scaling{size[0], size[1], m[0], m[1], format})
				}
			}
		}
	}
	return append(all, scaling{33, 17, "", "bicubic", "yuv444p"}, scaling{33, 17, "area", "area", "rgb24"})
}

// TestScaledAsTheCommand scales from each kind of format to each other. The pixels are those of the
// scale filter of the ffmpeg command.
func TestScaledAsTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 96, 54
	formats := []string{
		"rgb24", "gbrp", "rgba", "bgr0", "yuv420p", "nv12", "yuyv422", "gray", "yuv420p10le", "yuv444p16le", "rgb48le",
		"pal8", "monow", "gray16le", "yuv411p", "bayer_rggb8",
	}
	picture := detail(t, width, height)
	raw := theirRaw(t, picture, width, height, slices.DeleteFunc(slices.Clone(formats), func(f string) bool {
		return f == "pal8" || strings.HasPrefix(f, "bayer")
	}))
	raw["pal8"] = append(slices.Clone(picture[:width*height]), picture[:1024]...) // any palette will do
	raw["bayer_rggb8"] = picture[:width*height]
	for _, input := range formats {
		t.Run(input, func(t *testing.T) {
			t.Parallel()
			requireScaledAsTheCommand(t, raw[input], width, height, input, scalings(t))
		})
	}
}

// TestLargeAndOddSizesScaledAsTheCommand scales a large picture to thumbnails, some so small that
// swscale goes in two steps, and pictures of odd size.
func TestLargeAndOddSizesScaledAsTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range [][2]int{{3840, 2160}, {31, 17}, {2, 2}, {1, 9}, {7, 2}} {
		t.Run(fmt.Sprintf("%d×%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			for _, input := range []string{"rgb24", "yuv420p"} {
				raw := waves(size[0], size[1], input)
				requireScaledAsTheCommand(t, raw, size[0], size[1], input, []scaling{
					{160, 90, "", "bicubic", "yuv420p"},
					{48, 28, "", "bicubic", "yuv444p"},
					{48, 28, "area", "area", "yuv420p"},
					{64, 36, "lanczos", "lanczos", "nv12"},
					{1280, 720, "nearest", "neighbor", "yuv420p"},
				})
			}
		})
	}
}

// TestScaledByThreads scales pictures that are large enough for several threads. What the command
// makes with one thread is the same.
func TestScaledByThreads(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 1536, 1024
	formats := []string{"rgb24", "yuv420p10le", "yuyv422", "bgra"}
	if mediatest.Long(t) {
		formats = append(formats, "gbrp", "yuv420p", "nv12", "gray", "yuv444p16le", "rgb48le", "monow", "yuv411p", "yuva420p")
	}
	raw := theirRaw(t, waves(width, height, "rgb24"), width, height, formats)
	raw["bayer_rggb8"] = waves(width, height, "rgb24")[:width*height]
	for _, input := range append(formats, "bayer_rggb8") {
		t.Run(input, func(t *testing.T) {
			t.Parallel()
			requireScaledAsTheCommand(t, raw[input], width, height, input, []scaling{
				{768, 512, "", "bicubic", "yuv420p"},
				{701, 301, "lanczos", "lanczos", "rgb24"},
				{1600, 1100, "bilinear", "bilinear", "nv12"},
				{641, 333, "area", "area", "yuv444p"},
				{640, 358, "nearest", "neighbor", "yuyv422"},
				{640, 360, "", "bicubic", "rgb8"},
				{640, 359, "", "bicubic", "rgb565le"},
				{642, 400, "", "bicubic", "gray"},
				{640, 362, "", "bicubic", "yuva444p16le"},
			})
		})
	}
}

// waves returns a picture in rgb24 or yuv420p, whose values rise and fall.
func waves(width, height int, format string) []byte {
	n := 3 * width * height
	if format == "yuv420p" {
		n = width*height + 2*((width+1)/2)*((height+1)/2)
	}
	data := make([]byte, n)
	for i := range data {
		x, y := i%(3*width), i/(3*width)
		data[i] = byte(128 + 90*math.Sin(float64(x*x)/40000+float64(i%3)) + 30*math.Cos(float64(y)/9))
	}
	return data
}

// requireScaledAsTheCommand encodes a raw picture in each way, all in one file, and compares what
// the system's ffmpeg decodes with the results of the command of the same build.
func requireScaledAsTheCommand(t *testing.T, raw []byte, width, height int, input string, ways []scaling) {
	t.Helper()
	dir := t.TempDir()
	source, path := filepath.Join(dir, "source"), filepath.Join(dir, "ours.nut")
	require.NoError(t, os.WriteFile(source, raw, 0o644))
	args := []string{
		"-v", "error", "-f", "rawvideo", "-pix_fmt", input, "-s", fmt.Sprintf("%dx%d", width, height), "-i", source,
	}
	ours := []string{"-v", "error", "-i", path}
	enc := api.NewEncoder()
	streams := make([]*api.VideoStream, len(ways))
	for i, way := range ways {
		args = append(args, "-vf", way.filter(input), "-f", "rawvideo", filepath.Join(dir, fmt.Sprint("theirs", i)))
		ours = append(ours, "-map", "0:"+strconv.Itoa(i), "-f", "rawvideo", filepath.Join(dir, fmt.Sprint("ours", i)))
		streams[i] = addVideo(t, enc, api.VideoConfig{
			Width: width, Height: height, FrameRate: 25, Codec: "rawvideo", InputFormat: input, PixelFormat: way.format,
			OutWidth: way.width, OutHeight: way.height, Scaler: way.scaler, ColorSpace: "bt601", Threads: 4,
		})
	}
	require.NoError(t, enc.OpenFile(context.Background(), path))
	for i := range ways {
		require.NoError(t, streams[i].AddFrames(context.Background(), api.Frames{Data: raw, Layout: api.Raw}))
	}
	require.NoError(t, enc.Close())
	command(t, nil, args...)
	mediatest.Run(t, "ffmpeg", ours...)
	for i, way := range ways {
		want, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("theirs", i)))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("ours", i)))
		require.NoError(t, err)
		assert.True(t, slices.Equal(want, got), "%s of %d×%d to %s: %d bytes, not %d, or others",
			input, width, height, way, len(got), len(want))
	}
}
