package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// playedFilms are films for players: three seconds with sound, in chunks of a third of a second.
func playedFilms() (cases []filmCase) {
	crf := 30.0
	for _, c := range []filmCase{
		{codec: "libx264", container: "mp4", sound: "aac", video: bFrames()},
		{codec: "libvpx-vp9", container: "webm", sound: "libopus", video: api.VideoConfig{
			CRF: &crf, ExtraOptions: map[string]any{"cpu-used": 8, "auto-alt-ref": 1},
		}},
		{codec: "libsvtav1", container: "mp4", sound: "aac", video: api.VideoConfig{CRF: &crf, Preset: "10"}},
		{codec: "libaom-av1", container: "webm", sound: "libopus", video: api.VideoConfig{
			CRF: &crf, ExtraOptions: map[string]any{"cpu-used": 8},
		}},
		{codec: "libx264", container: "mkv", sound: "libopus", video: bFrames()},
		{codec: "libx264", container: "ts", sound: "aac", video: bFrames()},
		{codec: "libx265", container: "mov", sound: "aac", video: options(map[string]any{
			"preset": "ultrafast", "x265-params": "bframes=3",
		})},
		{codec: "mpeg2video", container: "ts", sound: "mp2", video: options(closedGOPs())},
		{codec: "mpeg4", container: "mp4", sound: "aac", video: options(closedGOPs())},
		{codec: "libvpx", container: "webm", sound: "libopus", video: api.VideoConfig{
			CRF: &crf, ExtraOptions: map[string]any{"cpu-used": 8},
		}},
		{codec: "ffv1", container: "mkv", sound: "pcm_s16le"},
		{codec: "prores_ks", container: "mov", sound: "pcm_s16le", video: api.VideoConfig{PixelFormat: "yuv422p10le"}},
	} {
		c.frames, c.chunk = 75, 8
		cases = append(cases, c)
	}
	return cases
}

// TestFilmSeeks has the system's ffmpeg seek to random frames, each of which it finds. In MPEG-TS,
// which has no index, it finds few frames, also in a file of one encoder.
func TestFilmSeeks(t *testing.T) {
	mediatest.NoLeaks(t)
	films, seeks := playedFilms()[:2], 3
	if mediatest.Long(t) {
		films, seeks = playedFilms(), 25
	}
	t.Run("films", func(t *testing.T) {
		for _, c := range films {
			if c.container == "ts" {
				continue
			}
			t.Run(c.name(), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "film."+c.container)
				c.render(t, path, 2)
				all, _ := filmHashes(t, path)
				for range seeks {
					frame := rand.IntN(c.frames)
					before := max(0, (float64(frame)-0.5)/25) // the first frame after this moment
					out := mediatest.Run(t, "ffmpeg", "-v", "warning", "-ss", fmt.Sprintf("%.3f", before), "-i", path,
						"-map", "0:v:0", "-frames:v", "1", "-f", "framemd5", "-")
					require.Equal(t, all[0][frame:frame+1], hashesIn(string(out)), "frame %d", frame)
				}
			})
		}
	})
}

// TestFilmsInPlayers plays films to their end with GStreamer and VLC.
func TestFilmsInPlayers(t *testing.T) {
	films := playedFilms()
	if !mediatest.Long(t) {
		films = films[:1]
	}
	mediatest.NoLeaks(t)
	dir, err := os.MkdirTemp("", "film") // which VLC, as another user, may read and write
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o777))
	t.Run("films", func(t *testing.T) {
		for _, c := range films {
			t.Run(c.name(), func(t *testing.T) {
				t.Parallel()
				folder := filepath.Join(dir, c.codec+"-"+c.container)
				require.NoError(t, os.Mkdir(folder, 0o777))
				require.NoError(t, os.Chmod(folder, 0o777))
				path := filepath.Join(folder, "film."+c.container)
				c.render(t, path, 2)
				require.NoError(t, os.Chmod(path, 0o644))
				said := saidBy(t, "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-")
				if !strings.HasPrefix(said, "Guessed Channel Layout") { // of sound in the file, as of any
					assert.Empty(t, said)
				}
				playWithGStreamer(t, path)
				playWithVLC(t, path, float64(c.frames)/25)
			})
		}
	})
}

// TestFilmsInChromium plays films to their end, and seeks to random frames.
func TestFilmsInChromium(t *testing.T) {
	films := playedFilms()[:4]
	if !mediatest.Long(t) {
		films = films[:1]
	}
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	page := browsertest.Open(t, server.URL+"/nothing")
	for _, c := range films {
		name := c.codec + "." + c.container
		c.chunk = 8
		require.NoError(t, os.Mkdir(filepath.Join(dir, c.codec), 0o700))
		c.render(t, filepath.Join(dir, c.codec, name), 2)
		var frames []int
		for range 20 {
			frames = append(frames, rand.IntN(c.frames))
		}
		found := browsertest.Eval[[]int](page, fmt.Sprintf(`(async () => {
			const video = document.createElement("video");
			video.muted = true, video.src = %q;
			await new Promise((loaded, failed) => { video.onloadeddata = loaded; video.onerror = failed });
			const canvas = document.createElement("canvas");
			const w = canvas.width = video.videoWidth, h = canvas.height = video.videoHeight;
			const to = canvas.getContext("2d", { willReadFrequently: true });
			const found = [];
			for (const frame of %s) {
				video.currentTime = (frame + 0.5) / 25;
				await new Promise((seeked) => { video.onseeked = seeked });
				let number = -1;
				for (let tries = 0; number != frame && tries < 200; tries++) { // until the picture is there
					await new Promise((drawn) => setTimeout(drawn, tries));
					to.drawImage(video, 0, 0);
					number = 0;
					for (let bit = 0; bit < 16; bit++) {
						const x = (bit %% 4 + 0.5) * w / 4, y = (Math.floor(bit / 4) + 0.5) * h / 4;
						number |= (to.getImageData(x, y, 1, 1).data[1] > 128) << bit;
					}
				}
				found.push(number);
			}
			video.currentTime = 0;
			await new Promise((seeked) => { video.onseeked = seeked });
			video.playbackRate = 4;
			const ended = new Promise((ended, failed) => { video.onended = ended; video.onerror = failed });
			await video.play();
			await ended;
			found.push(Math.round(1000 * video.duration));
			return found;
		})()`, "/"+c.codec+"/"+name, strings.ReplaceAll(fmt.Sprint(frames), " ", ", ")))
		require.Equal(t, frames, found[:len(frames)], name)
		require.InDelta(t, 3000, found[len(frames)], 30, name)
	}
}
