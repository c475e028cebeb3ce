package api_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestGIFOfFewPixels finds each byte of pictures again that are as small as they can be. Some
// pictures are those before, so that no pixel changes.
func TestGIFOfFewPixels(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 5}, {7, 1}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			width, height := size[0], size[1]
			var all []byte
			for k, picture := range slices.Collect(slices.Chunk(noise(3, width, height), 3*width*height)) {
				all = append(all, bytes.Repeat(picture, k+1)...)
			}
			cfg := api.VideoConfig{Width: width, Height: height, FrameRate: 25}
			file := gifFrames(t, cfg, api.Frames{Data: all, Layout: api.NHWC})
			require.Equal(t, all, bytes.Join(mediatest.Pictures(t, saved(t, "few.gif", file), 0, "rgb24"), nil))
		})
	}
}

// TestGIFOnOneThread draws into lent pictures, which one actor converts, gives their palettes and
// encodes. Each picture has rows of an odd length.
func TestGIFOnOneThread(t *testing.T) {
	t.Parallel()
	const width, height = 9, 13 // 117 pixels, and no more colours
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "lent.gif")
	enc := api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)))
	v := addVideo(t, enc, api.VideoConfig{Width: width, Height: height, FrameRate: 25})
	require.NoError(t, enc.OpenFile(ctx, path))
	require.Equal(t, "convert+encode", enc.Stats().Nodes[0].Name)
	all := noise(4, width, height)
	for picture := range slices.Chunk(all, 3*width*height) {
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		for y := range height {
			copy(p.Pix[y*p.Stride:], picture[3*width*y:3*width*(y+1)])
		}
		require.NoError(t, v.Commit(ctx, p))
	}
	require.NoError(t, enc.Close())
	require.Equal(t, all, bytes.Join(mediatest.Pictures(t, path, 0, "rgb24"), nil))
}
