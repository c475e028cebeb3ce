package api_test

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

const (
	slopeSize = 64 // the width and height of a slope
	slopes    = 16 // so many, each a little more coloured than the last, even out what lossy encoders round
)

// slope is a picture whose blue rises by 3 with each column, and whose red with each row: where a
// chroma sample lies shows in its value.
func slope(k int) []byte {
	data := make([]byte, 0, slopeSize*slopeSize*3)
	for y := range slopeSize {
		for x := range slopeSize {
			data = append(data, byte(3*y+k), 100, byte(3*x+k))
		}
	}
	return data
}

// bt601Chroma is Cb and Cr of a colour, in levels of 8 bits (ITU-R BT.601-7, 2.5.3 and 2.5.4; full
// range as in ITU-T T.871, 7).
func bt601Chroma(r, g, b float64, full bool) (cb, cr float64) {
	luma := 0.299*r + 0.587*g + 0.114*b
	scale := 224.0 / 255
	if full {
		scale = 1
	}
	return 128 + scale*(b-luma)/1.772, 128 + scale*(r-luma)/1.402
}

// siting is where the chroma samples of a picture lie: so many pixels right of and below the first
// of those that they serve.
type siting struct{ right, below float64 }

var sitings = map[string]siting{
	"left": {0, 0.5}, "center": {0.5, 0.5}, "topleft": {0, 0}, "top": {0.5, 0}, "bottomleft": {0, 1}, "bottom": {0.5, 1},
}

// requireSited checks where the chroma of slopes lies, by its mean away from the edges: half a
// pixel makes two thirds of a level.
func requireSited(t *testing.T, at siting, pictures [][]byte, log2Height int, full bool, limit float64) {
	t.Helper()
	width, height := slopeSize/2, slopeSize>>log2Height
	var off [2]float64
	n := 0.0
	for k, picture := range pictures {
		planes := picture[slopeSize*slopeSize:]
		for y := 8; y < height-8; y++ {
			for x := 8; x < width-8; x++ {
				column, row := float64(2*x)+at.right, float64(y<<log2Height)+at.below*float64(log2Height)
				cb, cr := bt601Chroma(3*row+float64(k), 100, 3*column+float64(k), full)
				off[0] += float64(planes[y*width+x]) - cb
				off[1] += float64(planes[width*height+y*width+x]) - cr
				n++
			}
		}
	}
	require.InDelta(t, 0, off[0]/n, limit, "Cb")
	require.InDelta(t, 0, off[1]/n, limit, "Cr")
}

var sitingCases = []struct {
	codec, extension, format string
	wish                     string // "": the default
	lies                     string
	said                     string // as ffprobe puts it; "": nothing
}{
	{"libx264", "mp4", "yuv420p", "", "center", "center"},
	{"libx264", "mkv", "yuv420p", "left", "left", "left"},
	{"libx264", "mp4", "yuv420p", "topleft", "topleft", "topleft"},
	{"libx264", "mp4", "yuv420p", "top", "top", "top"},
	{"libx264", "mp4", "yuv420p", "bottomleft", "bottomleft", "bottomleft"},
	{"libx264", "mov", "yuv420p", "bottom", "bottom", "bottom"},
	{"libx264", "mp4", "yuv422p", "", "left", "left"},
	{"libx264", "mp4", "nv12", "", "center", "center"},
	{"libx265", "mp4", "yuv420p", "", "center", "center"},
	{"libx265", "mkv", "yuv420p", "left", "left", "left"},
	{"libvpx-vp9", "webm", "yuv420p", "", "center", "center"},
	{"libvpx-vp9", "webm", "yuv420p", "left", "left", "left"},
	{"ffv1", "mkv", "yuv420p", "", "center", "center"},
	{"ffv1", "mkv", "yuv420p", "topleft", "topleft", "topleft"},
	{"libaom-av1", "mp4", "yuv420p", "", "left", "left"},
	{"libaom-av1", "mkv", "yuv420p", "center", "left", "left"},
	{"libaom-av1", "mp4", "yuv420p", "topleft", "topleft", "topleft"},
	{"libsvtav1", "mp4", "yuv420p", "", "left", "left"},
	{"libsvtav1", "mp4", "yuv420p", "topleft", "topleft", "topleft"},
	{"mpeg4", "mp4", "yuv420p", "", "left", "left"},
	{"mpeg4", "avi", "yuv420p", "center", "left", "left"},
	{"mpeg2video", "ts", "yuv420p", "", "left", "left"},
	{"mpeg1video", "mkv", "yuv420p", "left", "center", "center"},
	{"mjpeg", "mov", "yuvj420p", "", "center", "center"},
	{"libx264", "mov", "yuvj420p", "", "center", "center"},
}

// TestChromaSiting looks at where chroma lies, and at what the file says of it.
func TestChromaSiting(t *testing.T) {
	mediatest.NoLeaks(t)
	lossless := map[string]map[string]any{
		"libx264": {
			"qp": 0,
		}, "libx265": {"x265-params": "lossless=1"}, "libvpx-vp9": {"lossless": 1}, "libaom-av1": {"crf": 1, "cpu-used": 8},
		"libsvtav1": {
			"qp":     1,
			"preset": 12,
		}, "mpeg4": {"global_quality": 118, "flags": "+qscale"}, "mpeg2video": {"global_quality": 118, "flags": "+qscale"},
		"mpeg1video": {"global_quality": 118, "flags": "+qscale"}, "mjpeg": {"global_quality": 118, "flags": "+qscale"},
	}
	for _, c := range sitingCases {
		t.Run(c.codec+"/"+c.extension+"/"+c.format+"/"+c.wish, func(t *testing.T) {
			t.Parallel()
			cfg := api.VideoConfig{
				Width:        slopeSize,
				Height:       slopeSize,
				FrameRate:    25,
				Codec:        c.codec,
				PixelFormat:  c.format,
				ColorSpace:   "bt601",
				ExtraOptions: map[string]any{},
			}
			maps.Copy(cfg.ExtraOptions, lossless[c.codec])
			if c.wish != "" {
				cfg.ExtraOptions["chroma_sample_location"] = c.wish
			}
			path := temporary(t, "sited."+c.extension)
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			for k := range slopes {
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: slope(k), Layout: api.NHWC}))
			}
			require.NoError(t, enc.Close())

			s := mediatest.Probe(t, path).Streams[0]
			require.Equal(t, c.said, s.ChromaLocation)
			log2Height := 1
			if s.PixelFormat == "yuv422p" {
				log2Height = 0
			}
			limit := 0.15
			if c.codec == "mjpeg" { // whose steps, at their finest, are two levels
				limit = 0.3
			}
			requireSited(
				t,
				sitings[c.lies],
				mediatest.Pictures(t, path, 0, s.PixelFormat),
				log2Height,
				s.ColorRange == "pc",
				limit,
			)
		})
	}
}
