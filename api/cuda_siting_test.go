package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// tiles is how many slopes stand side by side in a picture that is large enough for NVENC.
const tiles = 3

// testCUDASiting checks that chroma lies on the left, where readers look for it in what NVENC
// makes, whatever is wished for.
func testCUDASiting(t *testing.T) {
	mediatest.NoLeaks(t)
	for wish, warnings := range map[string]int{"": 0, "left": 0, "center": 1} {
		cfg := cudaVideo()
		cfg.Width, cfg.Height, cfg.ColorSpace = tiles*slopeSize, slopeSize, "bt601"
		if wish != "" {
			cfg.ExtraOptions["chroma_sample_location"] = wish
		}
		core, logs := observer.New(zap.WarnLevel)
		path := temporary(t, "sited.mp4")
		encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
			for k := range slopes {
				frames(t, tiled(slope(k), 3*slopeSize), api.NHWC)(v)
			}
		}, api.WithLogger(zap.New(core)))
		require.Len(
			t,
			logs.FilterMessage(`ExtraOptions[chroma_sample_location] "center": h264_nvenc cannot signal it; pixels and tags use a value that it can signal`).
				All(),
			warnings,
		)
		require.Equal(t, "left", mediatest.Probe(t, path).Streams[0].ChromaLocation)
		var first [][]byte
		for _, p := range mediatest.Pictures(t, path, 0, "yuv420p") {
			first = append(first, firstTile(p))
		}
		requireSited(t, sitings["left"], first, 1, false, 0.15)
	}
}

// tiled repeats each row of a picture.
func tiled(picture []byte, row int) (out []byte) {
	for i := 0; i < len(picture); i += row {
		for range tiles {
			out = append(out, picture[i:i+row]...)
		}
	}
	return out
}

// firstTile cuts the first of the slopes out of a picture in yuv420p.
func firstTile(picture []byte) (out []byte) {
	for from, size := 0, slopeSize; from < len(picture); {
		for range size {
			out = append(out, picture[from:from+size]...)
			from += tiles * size
		}
		size = slopeSize / 2
	}
	return out
}
