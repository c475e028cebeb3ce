package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// A recording of which nobody said how long its parts last has them begin with the key frames that
// there are, if the encoder makes none where parts usually begin.
func TestUsualPartsBeginWithTheNextKeyFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset, cfg.KeyInterval = "libsvtav1", "12", 50
	encodeStream(t, api.Folder(dir, "part-%03d.mkv"), cfg, func(v *api.VideoStream) {
		for k := range 300 {
			require.NoError(t, feedNumbered(context.Background(), v, k))
		}
	})
	var begins []int
	for _, part := range partsIn(t, dir, "mkv") {
		first, _ := requireRun(t, numbersIn(t, part))
		begins = append(begins, first)
	}
	require.Equal(t, []int{0, 150, 250}, begins)
}
