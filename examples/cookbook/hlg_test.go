package cookbook_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleHLG() {
	printStreams("hlg.mp4", "codec_name,profile,pix_fmt,color_space,color_transfer,color_primaries", func(path string) error {
		picture := ramps(1, cookbook.HLGCode)
		return cookbook.HLG(context.Background(), path, width, height, still(picture, 30))
	})
	// Output: codec_name=hevc|profile=Main 10|pix_fmt=yuv420p10le|color_space=bt2020nc|color_transfer=arib-std-b67|color_primaries=bt2020
}

func ExampleHLGCode() {
	for _, light := range []float64{0, 1.0 / 12, 0.265, 1} { // of the scene
		fmt.Printf("%.1f %%\n", float64(cookbook.HLGCode(light))*100/65535)
	}
	// Output:
	// 0.0 %
	// 50.0 %
	// 75.0 %
	// 100.0 %
}

// TestHLG compares the values that ffmpeg decodes with those of the light, and reads the tags.
func TestHLG(t *testing.T) {
	mediatest.NoLeaks(t)
	codes := ramps(1, cookbook.HLGCode)
	path := written(t, "hlg.mp4", func(path string) error {
		return cookbook.HLG(t.Context(), path, width, height, still(codes, 5))
	})
	requireCodes(t, path, codes, 5)
	for field, want := range map[string]string{
		"colour_primaries": "BT.2020", "transfer_characteristics": "HLG", "matrix_coefficients": "BT.2020 non-constant",
		"colour_range": "Limited", "ChromaSubsampling_Position": "Type 2", "BitDepth": "10",
	} {
		require.Equal(t, want, mediainfo(t, path, "Video", field), field)
	}
	requirePlayers(t, path, 28, [][]byte{eightBits(codes)}, "GStreamer", "VLC")
}

// TestHLGCode compares with the two ends of each piece of the curve.
func TestHLGCode(t *testing.T) {
	for light, want := range map[float64]float64{-1: 0, 1.0 / 48: 0.25, 1.0 / 12: 0.5, 0.265: 0.75, 1: 1, 2: 1} {
		require.InDelta(t, want, float64(cookbook.HLGCode(light))/65535, 0.0005)
	}
}
