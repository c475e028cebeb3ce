package api_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// spoken encodes a video with a commentary and the film's own sound, which is the default though it
// is the second one. It returns what feeds a second of all.
func spoken(t *testing.T, enc *api.Encoder) (feed func()) {
	t.Helper()
	v := addVideo(t, enc, api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "libx264", Preset: "ultrafast", KeyInterval: 25, Threads: 1,
		PixelFormat: "yuv420p", InputFormat: "gray", Metadata: map[string]string{"title": "left eye"},
	})
	sound := api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: "aac", Disposition: []string{"comment"}}
	sound.Metadata = map[string]string{"language": "eng"}
	comment := addAudio(t, enc, sound)
	sound.Metadata, sound.Disposition = map[string]string{"language": "ger"}, []string{"default"}
	own := addAudio(t, enc, sound)
	return func() {
		ctx := t.Context()
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 25*64*64), Layout: api.Raw}))
		require.NoError(t, comment.AddSamples(ctx, tone(1, 0, 48000)))
		require.NoError(t, own.AddSamples(ctx, tone(1, 0, 48000)))
	}
}

// requireSpoken checks what the streams of a file of spoken say.
func requireSpoken(t *testing.T, path string) {
	t.Helper()
	streams := streamsBy(t, ourProbe(), path)
	require.Len(t, streams, 3, path)
	title := streams[0].Tags["title"] + streams[0].Tags["name"]
	assert.Equal(t, "left eye", title, path)
	assert.Equal(t, "eng", streams[1].Tags["language"], path)
	assert.Equal(t, "ger", streams[2].Tags["language"], path)
	assert.Equal(t, []string{"comment"}, streams[1].dispositions(), path)
	assert.Equal(t, []string{"default"}, streams[2].dispositions(), path)
}

// TestWordsInAllPlaces writes words about streams wherever a file can be written: at once, with the
// index in front, in fragments, in parts, late, with an output that may fail, and into a file that
// a killed process leaves.
func TestWordsInAllPlaces(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, dir := api.NewEncoder(), t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	feed := spoken(t, enc)
	require.NoError(t, os.Mkdir(in("parts"), 0o700))
	files := []string{in("plain.mp4"), in("front.mp4"), in("safe.mp4"), in("safe.mkv"), in("effort.mkv")}
	var fragments bytes.Buffer
	require.NoError(t, enc.Open(
		t.Context(), api.File(files[0], api.CrashSafe(false)), api.File(files[1], api.Faststart()),
		api.File(files[2]), api.File(files[3]), api.File(files[4], api.BestEffort()), api.Writer(&fragments, "mp4"),
		api.Folder(in("parts"), "part-%d.mkv", api.SegmentEvery(time.Second)),
	))
	feed()
	for _, path := range []string{in("late.mp4"), in("late.mkv")} {
		addOutput(t, enc, api.File(path))
		files = append(files, path)
	}
	feed()
	require.NoError(t, enc.Sync(t.Context()))
	for _, name := range []string{"safe.mp4", "safe.mkv"} { // as if the process were killed now
		content, err := os.ReadFile(in(name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(in("killed-"+name), content, 0o600))
		files = append(files, in("killed-"+name))
	}
	require.NoError(t, enc.Close())
	require.NoError(t, os.WriteFile(in("fragments.mp4"), fragments.Bytes(), 0o600))
	parts, err := filepath.Glob(in("parts/*.mkv"))
	require.NoError(t, err)
	require.Len(t, parts, 2)
	for _, path := range slices.Concat(files, parts, []string{in("fragments.mp4")}) {
		requireSpoken(t, path)
	}
	requireShown(t, in("safe.mkv"), "mkvinfo", "Name: left eye", "Language: eng", "Language: ger", `Commentary" flag: 1`)
	requireShown(t, in("safe.mp4"), "mediainfo", "left eye", "English", "German")
}

// requireShown checks that a program prints all of these texts about a file.
func requireShown(t *testing.T, path, program string, texts ...string) {
	t.Helper()
	shown := string(mediatest.Run(t, program, path))
	for _, text := range texts {
		assert.Contains(t, shown, text)
	}
}

// TestWordsThatAnOutputCannotSay checks that a file, a folder and an output that is added refuse
// what they cannot say, though others can, and leave the others as they are.
func TestWordsThatAnOutputCannotSay(t *testing.T) {
	mediatest.NoLeaks(t)
	requireRefusal := func(err error, field string, supported ...string) {
		t.Helper()
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, field, config.Field)
		for _, name := range supported {
			require.Contains(t, config.Supported, name)
		}
	}
	dir, path := t.TempDir(), temporary(t, "spoken.mkv")
	for _, output := range []api.Output{
		api.Folder(dir, "index.m3u8"), api.File(temporary(t, "a.avi")), api.File(temporary(t, "a.avi"), api.BestEffort()),
	} {
		enc := api.NewEncoder()
		spoken(t, enc)
		err := enc.Open(t.Context(), api.File(path), output)
		requireRefusal(err, map[bool]string{true: "Disposition", false: "Metadata[language]"}[strings.Contains(err.Error(), "hls")])
		require.NoFileExists(t, path)
		require.NoError(t, enc.Close())
	}
	enc := api.NewEncoder()
	feed := spoken(t, enc)
	require.NoError(t, enc.Open(t.Context(), api.File(path)))
	feed()
	_, err := enc.AddOutput(t.Context(), api.File(temporary(t, "a.mov")))
	requireRefusal(err, "Disposition", "mp4", "mkv")
	feed()
	require.NoError(t, enc.Close())
	requireSpoken(t, path)
}

// TestLanguages checks that languages with two words in ISO 639, and those that FFmpeg's muxer for
// mov calls otherwise, arrive, as mediainfo names them.
func TestLanguages(t *testing.T) {
	mediatest.NoLeaks(t)
	for word, name := range map[string]string{
		"deu": "German", "ger": "German", "fre": "French", "nld": "Dutch", "swe": "Swedish", "hrv": "Croatian",
		"srp": "Serbian", "fao": "Faroese", "pan": "Panjabi", "ces": "Czech", "rum": "Romanian",
	} {
		for _, extension := range []string{"mov", "mp4", "mkv", "ts"} {
			path, enc := temporary(t, "spoken."+extension), api.NewEncoder()
			a := addAudio(t, enc, api.AudioConfig{
				SampleRate: 48000, NumChannels: 1, Codec: "aac", Metadata: map[string]string{"language": word},
			})
			require.NoError(t, enc.OpenFile(context.Background(), path))
			require.NoError(t, a.AddSamples(t.Context(), tone(1, 0, 4800)))
			require.NoError(t, enc.Close())
			shown := strings.TrimSpace(string(mediatest.Run(t, "mediainfo", "--Output=Audio;%Language/String%", path)))
			assert.Equal(t, name, shown, "%s in %s", word, extension)
		}
	}
}
