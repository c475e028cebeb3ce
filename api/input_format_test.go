package api_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestInputFormatIsForRawFramesOnly feeds frames in a layout that contradicts InputFormat, also
// where their length would fit or there are none.
func TestInputFormatIsForRawFramesOnly(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	for _, format := range []string{"rgba", "rgb24", "gbrp", "yuv420p"} {
		for name, layout := range map[string]api.Layout{
			"zero value": 0, "NCHW": api.NCHW, "NHWC": api.NHWC, "Planar": api.Planar, "Packed": api.Packed,
		} {
			t.Run(fmt.Sprint(format, "/", name), func(t *testing.T) {
				enc := api.NewEncoder()
				v := addVideo(
					t,
					enc,
					api.VideoConfig{
						Width:       16,
						Height:      8,
						FrameRate:   25,
						Codec:       "ffv1",
						PixelFormat: "bgr0",
						InputFormat: format,
					},
				)
				var file api.MemoryFile
				require.NoError(t, enc.OpenWriter(ctx, &file, "mkv"))
				for _, frames := range []int{0, 1, 12} { // three frames of RGBA are four of R G B
					err := v.AddFrames(ctx, api.Frames{Data: make([]byte, frames*3*16*8), Layout: layout})
					requireField(t, err, "Layout")
					require.ErrorContains(t, err, format)
				}
				p, err := v.Acquire(ctx)
				require.NoError(t, err)
				p.Discard()
				require.Zero(t, enc.Stats().Nodes[0].In, "nothing of it was accepted")
				require.NoError(t, enc.Close())
			})
		}
	}
}

// TestLayoutsWithoutInputFormat has every layout and an acquired picture mean R G B.
func TestLayoutsWithoutInputFormat(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	pixel := []byte{200, 100, 50}
	packed, planar := bytes.Repeat(pixel, 16*8), []byte(nil)
	for _, c := range pixel {
		planar = append(planar, bytes.Repeat([]byte{c}, 16*8)...)
	}
	cfg := api.VideoConfig{Width: 16, Height: 8, FrameRate: 25, Codec: "ffv1", PixelFormat: "bgr0"}
	path := saved(t, "layouts.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: planar}))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: planar, Layout: api.Planar}))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: packed, Layout: api.Packed}))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: packed, Layout: api.Raw}))
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		for y := range 8 {
			copy(p.Pix[y*p.Stride:], packed[:3*16])
		}
		require.NoError(t, v.Commit(ctx, p))
	}))
	require.Equal(t, [][]byte{packed, packed, packed, packed, packed}, mediatest.Pictures(t, path, 0, "rgb24"))
}
