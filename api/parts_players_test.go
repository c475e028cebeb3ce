package api_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// TestPlayersTakeParts has other programs play a part from the middle of a recording.
func TestPlayersTakeParts(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	options := map[string]any{"preset": "veryfast", "bf": 2}
	for extension, audio := range map[string]string{"mp4": "aac", "mkv": "libopus", "ts": "aac"} {
		dir, err := os.MkdirTemp("", "parts") // which VLC, as another user, may read and write
		require.NoError(t, err)
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		require.NoError(t, os.Chmod(dir, 0o777))
		c := partsCase{extension: extension, video: partsVideo("libx264", options), audio: audio}
		recordInParts(t, c, dir, "", func(r partsRecord) { r.together(34) })
		part := filepath.Join(dir, "part-002."+extension)
		playWithGStreamer(t, part)
		assert.Equal(t, "1 1\n", string(mediatest.Run(t, "mediainfo", "--Inform=General;%VideoCount% %AudioCount%\n", part)))
		if extension == "mkv" {
			assert.NotContains(t, saidBy(t, "mkvinfo", part), "rror")
		}
		if long {
			playWithVLC(t, part, 1)
		}
	}
}
