package cookbook_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleHDR10() {
	printStreams("hdr.mp4", "codec_name,profile,pix_fmt,color_space,color_transfer,color_primaries", func(path string) error {
		picture := ramps(1000, cookbook.PQCode)
		return cookbook.HDR10(context.Background(), path, width, height, still(picture, 30))
	})
	// Output: codec_name=hevc|profile=Main 10|pix_fmt=yuv420p10le|color_space=bt2020nc|color_transfer=smpte2084|color_primaries=bt2020|
}

func ExamplePQCode() {
	for _, light := range []float64{0, 100, 203, 1000, 10000} { // cd/m²
		fmt.Printf("%.1f %%\n", float64(cookbook.PQCode(light))*100/65535)
	}
	// Output:
	// 0.0 %
	// 50.8 %
	// 58.1 %
	// 75.2 %
	// 100.0 %
}

// TestHDR10 compares the values that ffmpeg decodes with those of the light, and reads the tags and
// the metadata.
func TestHDR10(t *testing.T) {
	mediatest.NoLeaks(t)
	codes := ramps(1000, cookbook.PQCode)
	for _, name := range []string{"hdr.mp4", "hdr.mkv"} {
		path := written(t, name, func(path string) error {
			return cookbook.HDR10(t.Context(), path, width, height, still(codes, 5))
		})
		requireCodes(t, path, codes, 5)
		for field, want := range map[string]string{
			"HDR_Format": "SMPTE ST 2086", "HDR_Format_Compatibility": "HDR10", "BitDepth": "10",
			"colour_primaries": "BT.2020", "transfer_characteristics": "PQ", "matrix_coefficients": "BT.2020 non-constant",
			"colour_range": "Limited", "ChromaSubsampling_Position": "Type 2",
			"MasteringDisplay_ColorPrimaries": "BT.2020", "MasteringDisplay_Luminance": "min: 0.0005 cd/m2, max: 1000 cd/m2",
		} {
			require.Equal(t, want, mediainfo(t, path, "Video", field), field)
		}
		require.Contains(t, mediainfo(t, path, "Video", "MaxCLL"), "1000")
		require.Contains(t, mediainfo(t, path, "Video", "MaxFALL"), "400")
		if name == "hdr.mp4" {
			requirePlayers(t, path, 28, [][]byte{eightBits(codes)}, "GStreamer", "VLC")
		}
	}
}

// TestPQCode compares with values of Report ITU-R BT.2408.
func TestPQCode(t *testing.T) {
	for light, want := range map[float64]float64{-1: 0, 1: 0.15, 10: 0.30, 100: 0.51, 203: 0.58, 1000: 0.75, 4000: 0.90, 20000: 1} {
		require.InDelta(t, want, float64(cookbook.PQCode(light))/65535, 0.005)
	}
}
