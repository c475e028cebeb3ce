package api_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMetadataInContainers(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "m4a", "mkv", "flac", "mp3", "ogg", "opus", "wav", "avi"} {
		t.Run(extension, func(t *testing.T) {
			path := temporary(t, "tagged."+extension)
			encodeSound(t, stereo(), tone(2, 0, 4800), path, api.Metadata(map[string]string{"title": "Für Élise; 100 %=\"ja\"", "artist": "贝多芬"}))
			file := mediatest.Probe(t, path)
			tags := map[string]string{}
			for _, all := range []map[string]string{file.Format.Tags, streamTags(t, path)} { // ogg has them in the stream
				for key, value := range all {
					tags[strings.ToLower(key)] = value
				}
			}
			require.Equal(t, "Für Élise; 100 %=\"ja\"", tags["title"])
			require.Equal(t, "贝多芬", tags["artist"])
		})
	}
}

func streamTags(t *testing.T, path string) map[string]string {
	t.Helper()
	tags := map[string]string{}
	out := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "0", "-show_entries", "stream_tags", "-of", "default=nw=1:nk=0", path)
	for line := range strings.Lines(string(out)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "TAG:")), "="); ok {
			tags[key] = value
		}
	}
	return tags
}

// TestFragmentsAfterSync reads a fragmented mp4 while it is being written.
func TestFragmentsAfterSync(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, path, copied := context.Background(), temporary(t, "growing.mp4"), temporary(t, "so-far.mp4")
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(ctx, path, api.FormatOptions(map[string]any{"movflags": "frag_keyframe+empty_moov+delay_moov", "frag_duration": 500000})))
	for first := 0; first < 60; first += 20 {
		addNumbered(t, v, first, 20)
		addTone(t, a, first*1600, 20*1600)
		require.NoError(t, enc.Sync(ctx))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(copied, content, 0o600))
		require.Equal(t, counting(first+20), numbersOf(mediatest.Pictures(t, copied, 0, "gray")), "what was synced is there")
		require.Greater(t, len(mediatest.Sound(t, copied, 1)[0]), (first+20)*1600-3*1024)
	}
	require.NoError(t, enc.Close())
	require.Equal(t, counting(60), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
}

// TestUnusualNames: a name is taken letter for letter.
func TestUnusualNames(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"with spaces.mkv", "ünï 漢字 🎬.mp4", "clip%03d.mp4", "clip%d.gif", "-leading.mkv", "a:b.mp4", "http:x.mkv", "'quoted'.mkv", "back\\slash.mkv", ".mkv", "two.dots.mkv"} {
		enc := api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{Width: numberedWidth, Height: numberedHeight, FrameRate: 25})
		require.NoError(t, enc.OpenFile(context.Background(), name), name)
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Close(), name)
		_, err := os.Stat(name)
		require.NoError(t, err, name)
		require.NoError(t, os.Rename(name, "read"))
		require.Equal(t, "3", mediatest.Probe(t, "read").Streams[0].NbReadFrames, name)
	}
	for _, name := range []string{"no extension", "wrong.txt", "dot.", "%d", "-"} {
		encodeBoth(t, api.File(name, api.Format("mkv")))
		require.NoError(t, os.Rename(name, "read"))
		requireSecond(t, "read")
	}
}

// TestFaststart: the index comes first, and nothing else changes.
func TestFaststart(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "m4v"} {
		path := temporary(t, "fast."+extension)
		encodeBoth(t, api.File(path, api.Faststart()))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		index, media := bytes.Index(content, []byte("moov")), bytes.Index(content, []byte("mdat"))
		require.Positive(t, index)
		require.Less(t, index, media)
		requireSecond(t, path)
	}
}
