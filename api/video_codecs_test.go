package api_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// enlarged returns numbered pictures first, first+1, … of another size, in NHWC.
func enlarged(first, n, width, height int) []byte {
	small := numbered(first, n)
	data := make([]byte, 0, 3*n*width*height)
	for k := range n {
		for i := range width * height {
			x, y := i%width*numberedWidth/width, i/width*numberedHeight/height
			at := 3 * (k*numberedWidth*numberedHeight + y*numberedWidth + x)
			data = append(data, small[at:at+3]...)
		}
	}
	return data
}

// numbersIn decodes a video with the system's ffmpeg and reads the numbers of its pictures, of
// whatever size they are.
func numbersIn(t *testing.T, path string, input ...string) []int {
	t.Helper()
	size := strconv.Itoa(numberedWidth) + ":" + strconv.Itoa(numberedHeight)
	args := append(append([]string{"-v", "error"}, input...), "-i", path, "-map", "0:v", "-fps_mode", "passthrough",
		"-vf", "scale="+size+":flags=neighbor,format=gray", "-f", "rawvideo", "-")
	raw := mediatest.Run(t, "ffmpeg", args...)
	var pictures [][]byte
	for ; len(raw) >= numberedWidth*numberedHeight; raw = raw[numberedWidth*numberedHeight:] {
		pictures = append(pictures, raw[:numberedWidth*numberedHeight])
	}
	require.Empty(t, raw)
	return numbersOf(pictures)
}

// sizesOf are the sizes of those encoders that do not take any.
var sizesOf = map[string][2]int{
	"a64multi": {
		320,
		200,
	}, "a64multi5": {320, 200}, "avui": {720, 576}, "dnxhd": {1920, 1080}, "dvvideo": {720, 576}, "h261": {352, 288}, "h263": {352, 288},
	"pdv": {400, 240}, "xface": {48, 48},
}

// unread are encoders whose pictures the system's ffmpeg (5.1) cannot read again, or whose decoder
// takes them upside down (pfm); nor can any program those for a Commodore 64, or for no file at
// all.
var unread = []string{"a64multi", "a64multi5", "bitpacked", "hdr", "pdv", "pfm", "vnull", "wbmp", "wrapped_avframe"}

// TestEveryVideoEncoder encodes numbered pictures with every software encoder, in the first
// container that carries it, and has the system's ffmpeg decode them.
func TestEveryVideoEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	containers := []string{"mkv", "mov", "avi", "nut", "mxf", "rm", "image2pipe", "flv", "fits", "roq"}
	for _, c := range astiavx.Containers() {
		if !c.NoFile && !slices.Contains(containers, c.Name) {
			containers = append(containers, c.Name)
		}
	}
	for _, codec := range encodersOf(t) {
		name := codec.Name()
		if codec.ID().MediaType() != astiav.MediaTypeVideo || isHardwareEncoder(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cfg := api.VideoConfig{
				Width:        64,
				Height:       64,
				FrameRate:    25,
				Codec:        name,
				ExtraOptions: map[string]any{"strict": "experimental"},
			}
			if name == "dnxhd" {
				cfg.ExtraOptions["b"] = "120M"
			}
			if size, ok := sizesOf[name]; ok {
				cfg.Width, cfg.Height = size[0], size[1]
			}
			for _, container := range containers {
				path := filepath.Join(t.TempDir(), "walk")
				enc := api.NewEncoder()
				v := addVideo(t, enc, cfg)
				if err := enc.OpenFile(context.Background(), path, api.Format(container)); err != nil {
					var config *api.ConfigError
					require.ErrorAs(t, err, &config)
					continue
				}
				count := 4
				var input []string
				if container == "image2pipe" { // without marks between its pictures: one will do
					count, input = 1, []string{"-f", "image2pipe", "-c:v", codec.ID().Name(), "-frame_size", "9999999"}
				}
				require.NoError(
					t,
					v.AddFrames(context.Background(), api.Frames{Data: enlarged(5, count, cfg.Width, cfg.Height), Layout: api.NHWC}),
				)
				require.NoError(t, enc.Close())
				if !slices.Contains(unread, name) {
					require.Equal(t, []int{5, 6, 7, 8}[:count], numbersIn(t, path, input...), container)
				}
				return
			}
			require.Contains(t, unread, name)
		})
	}
}

func isHardwareEncoder(name string) bool {
	for _, suffix := range []string{"_nvenc", "_vaapi", "_qsv", "_v4l2m2m", "_vulkan", "_amf"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
