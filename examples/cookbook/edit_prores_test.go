package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleEditProRes() {
	printStreams("film.mov", "codec_name,profile,codec_tag_string,pix_fmt:stream_tags=timecode", func(path string) error {
		return cookbook.EditProRes(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=prores|profile=HQ|codec_tag_string=apch|pix_fmt=yuv422p10le|tag:timecode=01:00:00:00
	// codec_name=pcm_s24le|profile=unknown|codec_tag_string=in24
	// codec_name=unknown|profile=unknown|codec_tag_string=tmcd|tag:timecode=01:00:00:00
}

// TestEditProRes compares pictures and sound, and reads the timecode.
func TestEditProRes(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mov", func(path string) error {
		return cookbook.EditProRes(t.Context(), path, width, height, film(width, height, 30))
	})
	requirePSNR(t, path, 36, shots(30))
	requireSound(t, path, 1, 30, 130)
	require.Equal(t, "01:00:00:00", mediainfo(t, path, "Other", "TimeCode_FirstFrame"))
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC")
}
