package api_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestGrayStaysGray feeds 64 of 255, as grey, RGB and YUV of full range, into formats of both
// ranges, and looks at what a player shows.
func TestGrayStaysGray(t *testing.T) {
	mediatest.NoLeaks(t)
	noise := mediatest.StderrOf(t, func() {
		for _, c := range []struct {
			input, codec, format string
			colorRange           string // wished for
			tagged               string
		}{
			{"gray", "ffv1", "gray", "", "pc"},
			{"gray", "ffv1", "gray", "tv", "pc"},
			{"gray", "ffv1", "gray16le", "", "pc"},
			{"gray", "ffv1", "ya8", "", "pc"},
			{"gray", "libx264", "gray", "", "pc"},
			{"gray", "libx265", "gray", "", "pc"},
			{"gray", "libx264", "yuv420p", "", "tv"},
			{"gray", "libx264", "yuv420p", "pc", "pc"},
			{"gray", "mjpeg", "yuv420p", "", "pc"},
			{"rgb24", "libx264", "gray", "", "pc"},
			{"rgb24", "libx264", "gray10le", "", "pc"},
			{"yuvj420p", "libx264", "yuv420p", "", "tv"},
			{"yuvj420p", "libx264", "yuv420p", "pc", "pc"},
			{"yuvj444p", "mjpeg", "yuvj420p", "", "pc"},
			{"yuvj411p", "libx264", "gray", "", "pc"},
		} {
			name := c.input + " to " + c.codec + " " + c.format + " " + c.colorRange
			cfg := api.VideoConfig{
				Width:       16,
				Height:      16,
				FrameRate:   25,
				Codec:       c.codec,
				PixelFormat: c.format,
				InputFormat: c.input,
				ColorRange:  c.colorRange,
				Threads:     1,
			}
			if c.codec == "libx264" {
				cfg.ExtraOptions = map[string]any{"qp": 1}
			}
			data := bytes.Repeat(
				[]byte{64},
				map[string]int{"gray": 256, "rgb24": 768, "yuvj420p": 256, "yuvj444p": 256, "yuvj411p": 256}[c.input],
			)
			data = append(
				data,
				bytes.Repeat([]byte{128}, map[string]int{"yuvj420p": 128, "yuvj444p": 512, "yuvj411p": 128}[c.input])...)
			path := saved(t, "gray.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.Raw}), name)
			}))
			require.Equal(t, c.tagged, mediatest.Probe(t, path).Streams[0].ColorRange, name)
			require.InDeltaSlice(t, []byte{64, 64, 64}, mediatest.Pictures(t, path, 0, "rgb24")[0][:3], 1, name)
		}
	})
	require.NotContains(t, noise, "swscaler")
}

// TestEqualFormatsPassThrough feeds every value that a byte can have in the encoder's own format:
// none is changed, nor cut to the range.
func TestEqualFormatsPassThrough(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{
		"yuv420p", "yuv422p", "yuv444p", "yuv410p", "yuv411p", "yuva420p", "yuv420p10le", "gray", "gbrp", "nv12", "uyvy422",
		"rgb24",
	} {
		for _, colorRange := range []string{"", "pc"} {
			cfg := api.VideoConfig{
				Width:       64,
				Height:      32,
				FrameRate:   25,
				Codec:       "rawvideo",
				PixelFormat: format,
				InputFormat: format,
				ColorRange:  colorRange,
			}
			f := astiav.FindPixelFormatByName(format)
			raw, _ := astiavx.RawLayout(f, 64, 32)
			data := make([]byte, raw.Size)
			for i := range data {
				data[i] = byte(i*7 + i/256)
				if format == "yuv420p10le" && i%2 == 1 {
					data[i] &= 3
				}
			}
			path := temporary(t, "same.nut")
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.Raw}))
			require.NoError(t, enc.Close())
			require.Equal(t, data, mediatest.Pictures(t, path, 0, format)[0], "%s %s", format, colorRange)
		}
	}
}
