package api_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// options returns a config with options of the encoder.
func options(of map[string]any) api.VideoConfig { return api.VideoConfig{ExtraOptions: of} }

// closedGOPs are the settings with which FFmpeg's MPEG encoders end a GOP where they are asked to.
func closedGOPs() map[string]any {
	return map[string]any{"bf": 2, "flags": "+cgop", "sc_threshold": 1_000_000_000}
}

// filmCodecs are the encoders of films, with their containers. The last chunk has two frames.
func filmCodecs() (cases []filmCase) {
	crf, hidden := 30.0, map[string]any{"cpu-used": 8, "auto-alt-ref": 1} // frames that are not shown
	for _, c := range []struct {
		codec, containers string
		video             api.VideoConfig
	}{
		{"libx264", "mp4 mov mkv ts avi nut flv", options(map[string]any{"preset": "veryfast", "x264-params": "scenecut=0"})},
		{"libx264", "mkv mp4 ts", options(map[string]any{"preset": "ultrafast"})},
		{"libx264rgb", "mkv nut", options(map[string]any{"qp": 0})},
		{"libx265", "mov mp4 mkv ts nut", options(map[string]any{
			"preset": "ultrafast", "x265-params": "scenecut=0:open-gop=0:bframes=3",
		})},
		{"libsvtav1", "mp4 mkv webm nut", api.VideoConfig{CRF: &crf, Preset: "10", KeyInterval: 5}},
		{"libaom-av1", "webm mp4 mkv", api.VideoConfig{CRF: &crf, ExtraOptions: map[string]any{"cpu-used": 8}}},
		{"libvpx-vp9", "webm mp4 mkv nut", api.VideoConfig{CRF: &crf, ExtraOptions: hidden}},
		{"libvpx", "webm mkv avi nut", api.VideoConfig{CRF: &crf, ExtraOptions: hidden}},
		{"ffv1", "mkv avi nut", api.VideoConfig{KeyInterval: 5}},
		{"prores_ks", "mov mkv", api.VideoConfig{PixelFormat: "yuv422p10le"}},
		{"mjpeg", "avi mov mkv nut", api.VideoConfig{}},
		{"mpeg4", "mp4 mov mkv avi nut ts", options(closedGOPs())},
		{"mpeg2video", "ts mp4 mov mkv nut mpg", options(closedGOPs())},
		{"mpeg1video", "mkv mpg nut", options(closedGOPs())},
	} {
		for container := range strings.FieldsSeq(c.containers) {
			cases = append(cases, filmCase{codec: c.codec, container: container, video: c.video, frames: 17, chunk: 5})
		}
	}
	return cases
}

// filmSounds are the encoders of sound in each container. "": a silent film.
func filmSounds(container string) []string {
	return map[string][]string{
		"mp4": {"aac", "", "libopus", "flac", "libmp3lame"}, "mov": {"pcm_s16le", "", "aac"},
		"mkv": {"flac", "", "libopus", "pcm_s16le", "aac", "libmp3lame"}, "webm": {"libopus", ""},
		"ts": {"aac", "", "libmp3lame", "libopus"}, "avi": {"", "libmp3lame", "pcm_s16le"}, "nut": {"pcm_s16le", ""},
		"flv": {"aac", ""}, "mpg": {"mp2", ""},
	}[container]
}

// usualFilms are the cases that are part of every run.
var usualFilms = []string{
	"libx264 mp4 aac", "libx265 mov pcm_s16le", "libsvtav1 mp4 aac", "libvpx-vp9 webm libopus", "ffv1 mkv flac",
	"mpeg2video ts aac",
}

// TestFilms makes films with all kinds of encoders in all kinds of containers, with and without
// sound.
func TestFilms(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	t.Run("codecs", func(t *testing.T) {
		for _, c := range filmCodecs() {
			for _, c.sound = range filmSounds(c.container) {
				if !long && !slices.Contains(usualFilms, c.name()) {
					continue
				}
				t.Run(c.name(), func(t *testing.T) {
					t.Parallel()
					path := filepath.Join(t.TempDir(), "film."+c.container)
					report := c.render(t, path, 2)
					require.Len(t, report.Results, 4)
					requireFilm(t, c, path)
				})
			}
		}
	})
}

// TestFilmsOfAnyWorkers makes the same film with one worker, two and three, and once more.
func TestFilmsOfAnyWorkers(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	t.Run("codecs", func(t *testing.T) {
		for _, c := range filmCodecs() {
			if c.sound = filmSounds(c.container)[0]; !long && !slices.Contains(usualFilms, c.name()) {
				continue
			}
			t.Run(c.name(), func(t *testing.T) {
				t.Parallel()
				var first []byte
				for i, workers := range []int{1, 2, 3, 0} {
					path := filepath.Join(t.TempDir(), "film."+c.container)
					c.render(t, path, workers)
					content, err := os.ReadFile(path)
					require.NoError(t, err)
					if i == 0 {
						first = content
					}
					require.True(t, bytes.Equal(first, content), "%d workers", workers)
				}
			})
		}
	})
}
