package api_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// killedExtras names the file that the child of TestExtrasOfKilledProcess writes.
const killedExtras = "AVLOOM_TEST_KILLED_EXTRAS"

// TestExtrasOfKilledProcess kills a process with SIGKILL that writes a file with all that it can
// carry: two streams of pictures, sound, two streams of subtitles of which one never gets a cue,
// chapters and a cover. Other programs read what was synced.
func TestExtrasOfKilledProcess(t *testing.T) {
	if path, child := os.LookupEnv(killedExtras); child {
		writeExtrasUntilKilled(t, path)
		return
	}
	mediatest.NoLeaks(t)
	for _, name := range []string{"a.mp4", "a.mov", "a.mkv", "a.webm"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			cmd := exec.Command(os.Args[0], "-test.run", "^TestExtrasOfKilledProcess$")
			cmd.Env = append(os.Environ(), killedExtras+"="+path)
			said, err := cmd.CombinedOutput()
			require.EqualError(t, err, "signal: killed", "%s", said)
			assertKilledExtras(t, path)
		})
	}
}

func assertKilledExtras(t *testing.T, path string) {
	t.Helper()
	var pictures, sounds, texts int
	for _, s := range mediatest.Probe(t, path).Streams {
		switch {
		case s.Type == "video" && s.Codec != "png":
			pictures++
			assert.GreaterOrEqual(t, secondsOf(t, s.NbReadFrames), 19.0)
		case s.Type == "audio":
			sounds++
		case s.Type == "subtitle":
			texts++
		}
	}
	assert.Equal(t, [3]int{2, 1, 2}, [3]int{pictures, sounds, texts})
	assert.Empty(t, cuesIn(t, path, "0"))
	ffmpeg := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg") // version 5 does not read how long cues in fragments are
	assert.Equal(t, []api.Cue{cue(0.5, 1, "a"), cue(1.5, 1.8, "b")}, cuesOf(t, ffmpeg, path, "1"))
	assert.Len(t, chaptersOf(t, path), 2)
	seen := string(mediatest.Run(t, "mediainfo", path))
	assert.Contains(t, seen, "00:00:00.500")
	if filepath.Ext(path) != ".webm" { // GStreamer does not know WebVTT there
		playWithGStreamer(t, path)
	}
	assert.Empty(t, saidBy(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"))
}

// writeExtrasUntilKilled is the child.
func writeExtrasUntilKilled(t *testing.T, path string) {
	t.Helper()
	ctx, enc, codec, sound := context.Background(), api.NewEncoder(), "libx264", "aac"
	options := []api.OutputOption{api.Chapters(
		api.Chapter{End: 500 * ms, Title: "first"}, api.Chapter{Start: 500 * ms, End: time.Hour, Title: "second"},
	)}
	switch filepath.Ext(path) {
	case ".webm":
		codec, sound = "libvpx", "libopus"
	case ".mp4", ".mkv":
		options = append(options, api.CoverArt(covers(t)["png"]))
	}
	var videos []*api.VideoStream
	for range 2 {
		videos = append(videos, addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: codec}))
	}
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: sound})
	var texts []*api.SubtitleStream
	for range 2 {
		s, err := enc.AddSubtitles(api.SubtitleConfig{})
		require.NoError(t, err)
		texts = append(texts, s)
	}
	require.NoError(t, enc.OpenFile(ctx, path, options...))
	for i, text := range strings.Fields("a b") {
		c := []api.Cue{cue(0.5, 1, text), cue(1.5, 1.8, text)}[i]
		require.NoError(t, texts[1].AddCue(ctx, c))
	}
	for _, v := range videos {
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 70*64*64*3)}))
	}
	require.NoError(t, a.AddSamples(ctx, tone(2, 0, 7*48000)))
	require.NoError(t, enc.Sync(ctx))
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGKILL))
	select {}
}
