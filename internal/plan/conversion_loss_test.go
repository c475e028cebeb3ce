package plan

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

func TestConversionLosses(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"yuv420p", "yuv420p", nil},
		{"yuv420p", "yuv444p10le", nil},
		{"yuva444p10le", "yuv420p", []string{"alpha", "bit depth", "chroma resolution"}},
		{"rgb24", "yuv444p", []string{"exact RGB, YUV or grey values"}},
		{"gray", "yuv420p", []string{"exact RGB, YUV or grey values"}}, // the chroma of grey is none
		{"gray", "gray16le", nil},
		{"grayf32le", "gray16le", []string{"bit depth"}}, // a float reaches beyond the range
		{"gray16le", "grayf16le", []string{"bit depth"}}, // 11 significant bits
		{"gray16le", "grayf32le", nil},                   // 24 significant bits
	} {
		from, to := astiav.FindPixelFormatByName(c.from), astiav.FindPixelFormatByName(c.to)
		require.Equal(t, c.want, conversionLosses(from, to), "%s to %s", c.from, c.to)
	}
}
