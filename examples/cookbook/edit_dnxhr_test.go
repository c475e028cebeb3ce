package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleEditDNxHR() {
	printStreams("film.mxf", "codec_name,profile,pix_fmt", func(path string) error {
		return cookbook.EditDNxHR(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=dnxhd|profile=DNXHR HQ|pix_fmt=yuv422p
	// codec_name=pcm_s16le|profile=unknown
}

// TestEditDNxHR compares pictures and sound, and reads the timecode, in mxf and mov.
func TestEditDNxHR(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mxf", func(path string) error {
		return cookbook.EditDNxHR(t.Context(), path, width, height, film(width, height, 30))
	})
	requirePSNR(t, path, 36, shots(30))
	requireSound(t, path, 1, 30, 80)
	require.Equal(t, "01:00:00:00", mediainfo(t, path, "Other", "TimeCode_FirstFrame"))
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC")
	path = written(t, "film.mov", func(path string) error {
		return cookbook.EditDNxHR(t.Context(), path, width, height, film(width, height, 30))
	})
	requirePSNR(t, path, 36, shots(30))
	requireSound(t, path, 1, 30, 80)
	require.Equal(t, "01:00:00:00", mediainfo(t, path, "Other", "TimeCode_FirstFrame"))
}
