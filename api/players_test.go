package api_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// TestPlayersTakeWhatIsWrittenLive has three programs play what was written front to back, fed by
// the clock. None complains, not even about sound that came in chunks of two seconds.
func TestPlayersTakeWhatIsWrittenLive(t *testing.T) {
	mediatest.NoLeaks(t)
	dir, err := os.MkdirTemp("", "live") // which VLC, as another user, may read and write
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o777))
	t.Run("players", func(t *testing.T) {
		for _, c := range liveContainers(t) {
			if !slices.Contains([]string{"mp4", "mov", "matroska", "webm", "mpegts", "flv", "avi", "ogg", "mpeg"}, c.Name) {
				continue
			}
			for _, name := range []string{"live", "chunks of 2 s", "chunks, with patience"} {
				path := filepath.Join(dir, strings.NewReplacer(" ", "-", ",", "").Replace(c.Name+"-"+name)+"."+c.Extensions[0])
				synctest.Test(t, func(t *testing.T) {
					require.NoError(t, os.WriteFile(path, runLive(t, c, liveCases[name]).Bytes(), 0o644))
				})
				t.Run(filepath.Base(path), func(t *testing.T) {
					t.Parallel()
					assert.Empty(t, saidBy(t, "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-"))
					playWithGStreamer(t, path)
					playWithVLC(t, path, (liveTicks * liveTick).Seconds())
				})
			}
		}
	})
}

// saidBy runs a program, which must succeed, and returns what it wrote.
func saidBy(t *testing.T, name string, args ...string) string {
	t.Helper()
	said, err := run(name, args...)
	assert.NoError(t, err, "%s %v: %s", name, args, said)
	return said
}

// run runs a program and returns what it wrote.
func run(name string, args ...string) (said string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CACHE_HOME="+os.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func playWithGStreamer(t *testing.T, path string) {
	t.Helper()
	file := url.URL{Scheme: "file", Path: path}
	said, err := mediatest.GStreamer(t, "uridecodebin", "uri="+file.String(), "name=d",
		"d.", "!", "queue", "!", "videoconvert", "!", "fakesink", "d.", "!", "queue", "!", "audioconvert", "!", "fakesink")
	assert.NoError(t, err, said)
	assert.Contains(t, said, "Got EOS")
	assert.NotRegexp(t, `(?i)error|warning|critical`, said)
}

// playWithVLC has VLC write the sound of a file into another, and checks that none is missing. VLC
// refuses to be root. It has a home of its own, because several run at the same time. It may crash
// once: about one start in some hundred ends so before the file is opened.
func playWithVLC(t *testing.T, path string, seconds float64) {
	t.Helper()
	heard, home := path+".wav", path+".home"
	require.NoError(t, os.Mkdir(home, 0o777))
	require.NoError(t, os.Chmod(home, 0o777))
	args := []string{
		"env", "HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_RUNTIME_DIR=" + home,
		"cvlc", "-I", "dummy", "--no-stats", "--play-and-exit", "--no-sout-video",
		"--sout", "#transcode{acodec=s16l}:std{access=file,mux=wav,dst=" + heard + "}", path,
	}
	if me, err := user.Current(); err == nil && me.Uid == "0" {
		args = append([]string{"runuser", "-u", "nobody", "--"}, args...)
	}
	said, err := run(args[0], args[1:]...)
	if err != nil && strings.Contains(said, "Segmentation fault") {
		said, err = run(args[0], args[1:]...)
	}
	assert.NoError(t, err, "%v: %s", args, said)
	assert.InDelta(t, seconds, float64(len(mediatest.Sound(t, heard, 0)[0]))/48000, 0.1)
}
