package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// TestPlayersTakeFolders has GStreamer, mediainfo, VLC and the system's ffmpeg play folders.
func TestPlayersTakeFolders(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range folderCases[:3] {
		t.Run(c.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "folder") // which VLC, as another user, may read
			require.NoError(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			require.NoError(t, os.Chmod(dir, 0o777))
			index, _ := c.write(t, dir)
			playWithGStreamer(t, index)
			assert.Empty(t, saidBy(t, "ffmpeg", "-v", "warning", "-xerror", "-i", index, "-f", "null", "-"))
			format := map[string]string{".m3u8": "HLS", ".mpd": "DASH MPD"}[filepath.Ext(index)]
			assert.Contains(t, saidBy(t, "mediainfo", index), ": "+format+"\n")
			if !mediatest.Long(t) {
				return
			}
			args := []string{"cvlc", "-I", "dummy", "--no-stats", "--play-and-exit", "--vout", "dummy", "--aout", "dummy", index}
			if os.Geteuid() == 0 {
				args = append([]string{"runuser", "-u", "nobody", "--"}, args...)
			}
			_, err = exec.LookPath("cvlc")
			require.NoError(t, err)
			said, err := run(args[0], args[1:]...)
			assert.NoError(t, err, said)
			assert.False(t, strings.Contains(said, "cannot") && strings.Contains(said, "index"), said)
		})
	}
}
