package api_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// fewColors is a picture of rgb24 with up to 200 colours, which depend on k.
func fewColors(k int) []byte {
	p := make([]byte, 0, 3*gifSide*gifSide)
	for i := range gifSide * gifSide {
		c := byte(i*(k+1)) % 200
		p = append(p, c+byte(k), 3*c, 255-c)
	}
	return p
}

// TestPalettesAreMade gives every encoder that takes palettes pictures of RGB, and has FFmpeg's
// command show what it encoded.
func TestPalettesAreMade(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 3
	var all []byte
	for k := range n {
		all = append(all, fewColors(k)...)
	}
	for codec, container := range map[string]string{
		"bmp": "image2pipe", "gif": "gif", "jpeg2000": "mov", "msrle": "avi", "png": "mkv", "rawvideo": "nut",
		"targa": "avi", "tiff": "mov", "zmbv": "avi", "pcx": "image2pipe", "sunrast": "image2pipe", "xwd": "image2pipe",
	} {
		t.Run(codec, func(t *testing.T) {
			all, extension := all, container
			if container == "image2pipe" { // the file is one image
				all, extension = fewColors(1), codec
			}
			cfg := api.VideoConfig{Width: gifSide, Height: gifSide, FrameRate: 25, Codec: codec, PixelFormat: "pal8"}
			file := encodedAs(t, container, cfg, func(v *api.VideoStream) error {
				return v.AddFrames(context.Background(), api.Frames{Data: all, Layout: api.NHWC})
			})
			path := saved(t, "palettes."+strings.Replace(extension, "sunrast", "sun", 1), file)
			if codec != "gif" { // FFmpeg's decoder of gif shows bgra
				require.Equal(t, "pal8", mediatest.Probe(t, path).Streams[0].PixelFormat)
			}
			require.True(t, bytes.Equal(all, bytes.Join(mediatest.Pictures(t, path, 0, "rgb24"), nil)))
		})
	}
}
