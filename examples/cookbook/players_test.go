package cookbook_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// players are the programs that the document names beside ffmpeg. Each plays a file, and returns
// some of the pictures that it shows, as R G B row by row; none: it does not play the file.
var players = map[string]func(t *testing.T, path string) (shown [][]byte){
	"GStreamer": playWithGStreamer, "VLC": playWithVLC, "Chromium": playWithChromium,
}

// requirePlayers plays a file in all players. Those that are named show pictures of the film with
// at least this peak signal-to-noise ratio, in dB. The others show none. VLC plays at the pace of
// the clock and a browser takes a second to start, so these two come with AVLOOM_LONG=1 only.
func requirePlayers(t *testing.T, path string, least float64, want [][]byte, names ...string) {
	t.Helper()
	require.Empty(t, complaints(t, path), "ffmpeg")
	long := mediatest.Long(t)
	named := map[string]bool{}
	for _, name := range names {
		require.Contains(t, players, name)
		named[name] = true
	}
	for name, play := range players {
		if name != "GStreamer" && !long {
			continue
		}
		shown := play(t, path)
		require.Equal(t, named[name], len(shown) > 0, "%s plays it", name)
		if len(shown) > 0 {
			requireOrder(t, name, least, shown, want)
		}
	}
}

// requireOrder checks the pictures that a player shows: each is one of those that are wanted, and
// they come in their order. A player may leave some out, and show one again.
func requireOrder(t *testing.T, player string, least float64, shown, want [][]byte) {
	t.Helper()
	next, lowest := 0, math.Inf(1)
	for i, picture := range shown {
		require.Equal(t, len(want[0]), len(picture), "%s: bytes of picture %d", player, i)
		psnr := mediatest.PSNR(picture, want[next])
		for psnr < least {
			next++
			require.Less(t, next, len(want), "picture %d that %s shows is none of the film", i, player)
			psnr = mediatest.PSNR(picture, want[next])
		}
		lowest = min(lowest, psnr)
	}
	t.Logf("%s shows %d pictures; lowest PSNR: %.1f dB", player, len(shown), lowest)
}

// complaints returns the errors that the system's ffmpeg finds when it decodes a file and compares
// its checksums.
func complaints(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-err_detect", "crccheck", "-i", path, "-f", "null", "-").CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func playWithGStreamer(t *testing.T, path string) (shown [][]byte) {
	t.Helper()
	raw := filepath.Join(t.TempDir(), "shown.rgb")
	said, err := mediatest.GStreamer(t, "-q", "filesrc", "location="+path, "!", "decodebin", "!",
		"videoconvert", "!", "video/x-raw,format=RGB", "!", "filesink", "location="+raw)
	require.NotErrorIs(t, err, context.DeadlineExceeded, said)
	if err != nil {
		t.Logf("GStreamer: %s", said)
		return nil
	}
	content, err := os.ReadFile(raw)
	require.NoError(t, err)
	s := mediatest.Probe(t, path).Streams[0]
	stride := (3*s.Width + 3) &^ 3 // GStreamer's rows are multiples of 4 bytes long
	for ; len(content) >= stride*s.Height; content = content[stride*s.Height:] {
		picture := make([]byte, 0, 3*s.Width*s.Height)
		for y := range s.Height {
			picture = append(picture, content[y*stride:][:3*s.Width]...)
		}
		shown = append(shown, picture)
	}
	require.Equal(t, s.NbReadFrames, fmt.Sprint(len(shown)), "GStreamer: pictures")
	return shown
}

// playWithVLC has VLC keep each picture that it shows. It plays at the pace of the clock, and
// leaves pictures out where the machine is busy. VLC refuses to be root.
func playWithVLC(t *testing.T, path string) (shown [][]byte) {
	t.Helper()
	home, err := os.MkdirTemp("", "vlc")
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(home)) }()
	require.NoError(t, os.Chmod(home, 0o777)) //nolint:gosec // another user writes into it
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	film := filepath.Join(home, filepath.Base(path))
	require.NoError(t, os.WriteFile(film, content, 0o644)) //nolint:gosec // another user reads it
	s := mediatest.Probe(t, path).Streams[0]
	args := []string{
		"env", "HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_RUNTIME_DIR=" + home,
		"cvlc", "-I", "dummy", "--no-audio", "--vout=dummy", "--play-and-exit", "--video-filter=scene",
		"--scene-ratio=1", fmt.Sprintf("--scene-width=%d", s.Width), fmt.Sprintf("--scene-height=%d", s.Height),
		"--scene-format=png", "--scene-prefix=shown", "--scene-path=" + home, film,
	}
	if me, err := user.Current(); err == nil && me.Uid == "0" {
		args = append([]string{"runuser", "-u", "nobody", "--"}, args...)
	}
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	require.NoError(t, err, string(out))
	names, err := filepath.Glob(filepath.Join(home, "shown*.png"))
	require.NoError(t, err)
	for i, name := range names {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		decoded, err := png.Decode(bytes.NewReader(content))
		if err != nil && i == len(names)-1 {
			break // VLC ended while it wrote its last picture
		}
		require.NoError(t, err)
		shown = append(shown, rgbOf(decoded))
	}
	if len(shown) == 0 {
		t.Logf("VLC: %s", out)
	}
	return shown
}

// rgbOf returns R G B of a picture, row by row.
func rgbOf(img image.Image) (rgb []byte) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			rgb = append(rgb, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return rgb
}
