package api_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// patches are flat colours whose numbers reach into all corners.
var patches = []color.RGBA{
	{0, 0, 0, 255},
	{255, 255, 255, 255},
	{64, 64, 64, 255},
	{128, 128, 128, 255},
	{255, 0, 0, 255},
	{0, 255, 0, 255},
	{0, 0, 255, 255},
	{255, 255, 0, 255},
	{0, 255, 255, 255},
	{255, 0, 255, 255},
	{30, 200, 120, 255},
}

// patchSize is the width of their pictures, twice the height. DNxHR encodes none that are smaller.
const patchSize = 256

// encodePatches encodes one picture of each flat colour.
func encodePatches(t *testing.T, path string, cfg api.VideoConfig) {
	t.Helper()
	cfg.Width, cfg.Height, cfg.FrameRate = patchSize, patchSize/2, 25
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	for _, c := range patches {
		img := image.NewRGBA(image.Rect(0, 0, cfg.Width, cfg.Height))
		draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		require.NoError(t, v.AddImage(context.Background(), img))
	}
	require.NoError(t, enc.Close())
}

// requirePatches checks that a reader that honours the tags sees the colours that were put in, or
// their greys.
func requirePatches(t *testing.T, path string, grey bool) {
	t.Helper()
	pictures := mediatest.Pictures(t, path, 0, "rgb24")
	require.Len(t, pictures, len(patches))
	for i, picture := range pictures {
		c := patches[i]
		if grey && (c.R != c.G || c.G != c.B) {
			continue
		}
		middle := picture[3*(patchSize*patchSize/4+patchSize/2):]
		require.InDeltaSlice(t, []byte{c.R, c.G, c.B}, middle[:3], 2, fmt.Sprint(c))
	}
}

// colored is an encoder whose colours are looked at, without loss or nearly so.
type colored struct {
	codec, format string
	options       map[string]any
	says          map[string]string // by container: where the matrix is said, as mediainfo puts it
	limited       bool              // it knows no full range
	cannotSayMov  bool              // the range, in mov
}

const (
	both     = "Container / Stream"
	inHeader = "Container"
)

func coloreds() []colored {
	lossy := map[string]any{"global_quality": 118, "flags": "+qscale"}
	return []colored{
		{
			codec:   "libx264",
			format:  "yuv444p",
			options: map[string]any{"qp": 0},
			says:    map[string]string{"mp4": both, "mov": both, "mkv": both},
		},
		{
			codec:   "libx265",
			format:  "yuv444p",
			options: map[string]any{"x265-params": "lossless=1"},
			says:    map[string]string{"mp4": both, "mov": both, "mkv": both},
		},
		{
			codec:   "libx265",
			format:  "yuv420p10le",
			options: map[string]any{"x265-params": "lossless=1"},
			says:    map[string]string{"mp4": both},
		},
		{
			codec:   "libaom-av1",
			format:  "yuv444p",
			options: map[string]any{"crf": 1, "cpu-used": 8},
			says:    map[string]string{"mp4": both, "mkv": both},
		},
		{
			codec:   "libsvtav1",
			format:  "yuv420p",
			options: map[string]any{"qp": 2, "preset": 12},
			says:    map[string]string{"mp4": both, "mkv": both},
		},
		{
			codec:   "libvpx-vp9",
			format:  "yuv444p",
			options: map[string]any{"lossless": 1},
			says:    map[string]string{"mp4": inHeader, "webm": both},
		},
		{
			codec:   "mpeg2video",
			format:  "yuv420p",
			options: lossy,
			limited: true,
			says:    map[string]string{"mp4": both, "mkv": both, "ts": "Stream"},
		},
		{
			codec:        "mpeg4",
			format:       "yuv420p",
			options:      lossy,
			cannotSayMov: true,
			says:         map[string]string{"mp4": inHeader, "mov": inHeader, "mkv": inHeader},
		},
		{codec: "prores_ks", format: "yuv444p10le", limited: true, says: map[string]string{"mov": both, "mkv": inHeader}},
		{codec: "ffv1", format: "yuv444p", says: map[string]string{"mkv": inHeader}},
		{codec: "ffvhuff", format: "yuv444p", says: map[string]string{"mkv": inHeader}}, // by its name in AVI
	}
}

// TestColorsComeBack checks the pixels and tags of all matrices and ranges, set by fields and by
// options. By default each codec in each container has one matrix of either range.
func TestColorsComeBack(t *testing.T) {
	mediatest.NoLeaks(t)
	all, tried := mediatest.Long(t), 0
	matrices := map[string][2]string{ // as ffprobe and as mediainfo put it
		"bt601": {"smpte170m", "BT.601"}, "bt709": {"bt709", "BT.709"}, "bt2020": {"bt2020nc", "BT.2020 non-constant"},
	}
	for _, c := range coloreds() {
		for _, extension := range slices.Sorted(maps.Keys(c.says)) {
			source := c.says[extension]
			tried++
			for i, matrix := range slices.Sorted(maps.Keys(matrices)) {
				names := matrices[matrix]
				for k, wanted := range []string{"tv", "pc"} {
					if !all && i != (tried+k)%len(matrices) {
						continue
					}
					t.Run(fmt.Sprintf("%s/%s/%s/%s/%s", c.codec, c.format, extension, matrix, wanted), func(t *testing.T) {
						t.Parallel()
						cfg := api.VideoConfig{
							Codec:        c.codec,
							PixelFormat:  c.format,
							ColorSpace:   matrix,
							ColorRange:   wanted,
							ExtraOptions: c.options,
						}
						if wanted == "pc" { // and the same by option
							cfg.ColorSpace, cfg.ColorRange, cfg.ExtraOptions = "", "", maps.Clone(c.options)
							if cfg.ExtraOptions == nil {
								cfg.ExtraOptions = map[string]any{}
							}
							maps.Copy(cfg.ExtraOptions, map[string]any{"colorspace": matrix, "color_range": wanted})
						}
						path := temporary(t, "colors."+extension)
						encodePatches(t, path, cfg)
						requirePatches(t, path, false)

						said := wanted
						if c.limited || c.cannotSayMov && extension == "mov" {
							said = "tv"
						}
						s, tags := mediatest.Probe(t, path).Streams[0], mediatest.Colors(t, path)
						require.Equal(t, []string{names[0], "bt709", "bt709"}, []string{s.ColorSpace, s.ColorPrimaries, s.ColorTransfer})
						require.Equal(t, mediatest.ColorTag{Value: names[1], Source: source}, tags.Matrix)
						if extension != "mov" || !c.limited && !c.cannotSayMov {
							require.Equal(t, said, s.ColorRange)
						}
						if extension != "mov" && extension != "ts" || !c.limited && !c.cannotSayMov {
							require.Equal(t, map[string]string{"tv": "Limited", "pc": "Full"}[said], tags.Range.Value)
						}
					})
				}
			}
		}
	}
}

// TestColorsThatAreFixed checks codecs and formats that know one matrix or one range only: the
// pixels follow what they know.
func TestColorsThatAreFixed(t *testing.T) {
	mediatest.NoLeaks(t)
	all := mediatest.Long(t)
	for i, c := range []struct {
		codec, format, extension string
		options                  map[string]any
		space, colorRange        string // as ffprobe puts it
	}{
		{"libx264rgb", "rgb24", "mp4", map[string]any{"qp": 0}, "gbr", "pc"},
		{"libx265", "gbrp", "mkv", map[string]any{"x265-params": "lossless=1"}, "gbr", "pc"},
		{"libx264", "gray", "mp4", map[string]any{"qp": 0}, "", "pc"},
		{"libx264", "gray10le", "mkv", map[string]any{"qp": 0}, "", "pc"},
		{"ffv1", "gray", "mkv", nil, "", "pc"},
		{"mjpeg", "", "mov", map[string]any{"global_quality": 118, "flags": "+qscale"}, "bt470bg", "pc"},
		{"libvpx", "", "webm", map[string]any{"crf": 4, "b": "2M"}, "bt470bg", "tv"},
		{"dnxhd", "yuv422p", "mov", map[string]any{"profile": "dnxhr_hq"}, "bt709", ""},
		{"utvideo", "yuv420p", "avi", nil, "", ""},
		{"rawvideo", "bgr24", "avi", nil, "", ""},
		{"rawvideo", "rgb24", "mov", nil, "", ""},
		{"png", "rgb24", "mov", nil, "gbr", "pc"},
		{"apng", "rgb24", "apng", nil, "", "pc"},
	} {
		for k, wish := range [][2]string{{"", ""}, {"bt709", "tv"}, {"bt2020", "pc"}} {
			if !all && k != i%3 {
				continue
			}
			t.Run(c.codec+"/"+c.format+"/"+c.extension+"/"+wish[0], func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "fixed."+c.extension)
				cfg := api.VideoConfig{
					Codec:        c.codec,
					PixelFormat:  c.format,
					ColorSpace:   wish[0],
					ColorRange:   wish[1],
					ExtraOptions: c.options,
				}
				encodePatches(t, path, cfg)
				requirePatches(t, path, c.format == "gray" || c.format == "gray10le")
				s := mediatest.Probe(t, path).Streams[0]
				if c.space != "" {
					require.Equal(t, c.space, s.ColorSpace)
				}
				if c.colorRange != "" {
					require.Equal(t, c.colorRange, s.ColorRange)
				}
			})
		}
	}
}

func TestDefaultColors(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		height                      int
		codec, format               string
		space, colorRange, location string
	}{
		{480, "libx264", "yuv420p", "smpte170m", "tv", "center"},
		{720, "libx264", "yuv420p", "bt709", "tv", "center"},
		{720, "libx264rgb", "rgb24", "gbr", "pc", "left"},
		{720, "mjpeg", "yuv420p", "bt470bg", "pc", "center"},
		{480, "mpeg4", "yuv420p", "smpte170m", "tv", "left"},
		{720, "libx265", "yuv420p", "bt709", "tv", "center"},
	} {
		// RGB has no chroma that could lie anywhere: "left" is what ffprobe says of any H.264 that does
		// not say.
		t.Run(fmt.Sprint(c.codec, c.height), func(t *testing.T) {
			cfg := api.VideoConfig{Width: 64, Height: c.height, FrameRate: 25, Codec: c.codec, PixelFormat: c.format}
			path := saved(t, "defaults.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, 64*c.height*3)}))
			}))
			s := mediatest.Probe(t, path).Streams[0]
			require.Equal(t, []string{c.space, c.colorRange, c.location}, []string{s.ColorSpace, s.ColorRange, s.ChromaLocation})
		})
	}
}
