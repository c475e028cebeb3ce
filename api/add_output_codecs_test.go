package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// An output that joins gets the very next frame as its first one, of every encoder that can make it
// a key frame, whatever the encoder holds back.
func TestAddOutputOfEachEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		video, preset, audio, format string
		every                        int  // how often there is a key frame, of an encoder that cannot be asked for one
		usual                        bool // it is tested always
	}{
		{"libx264", "medium", "aac", "mp4", 0, true},
		{"libx264", "medium", "aac", "flv", 0, false},
		{"libx265", "ultrafast", "aac", "mp4", 0, false},
		{"libx265", "ultrafast", "aac", "mpegts", 0, true},
		{"libvpx-vp9", "", "libopus", "webm", 0, false},
		{"libvpx", "", "libvorbis", "webm", 0, false},
		{"mpeg4", "", "libmp3lame", "avi", 0, false},
		{"mpeg2video", "", "mp2", "mpegts", 0, false},
		{"ffv1", "", "flac", "mkv", 12, true},
		{"mjpeg", "", "pcm_s16le", "mov", 0, false},
		{"libsvtav1", "12", "libopus", "mp4", 30, true},
	} {
		if !c.usual && !mediatest.Long(t) {
			continue
		}
		t.Run(c.video+" in "+c.format, func(t *testing.T) {
			t.Parallel()
			enc, whole := api.NewEncoder(), new(api.MemoryFile)
			cfg := numberedVideo()
			cfg.Codec, cfg.Preset = c.video, c.preset
			cfg.KeyInterval = c.every
			sound := stereo()
			sound.Codec = c.audio
			v, a := addVideo(t, enc, cfg), addAudio(t, enc, sound)
			require.NoError(t, enc.OpenWriter(context.Background(), whole, "mkv"))
			defer enc.Abort(nil)
			feedFrom(t, v, a, 0, 100)
			require.NoError(t, enc.Sync(context.Background()))
			late := temporary(t, "late."+c.format)
			addOutput(t, enc, api.File(late, api.Format(c.format)))
			feedFrom(t, v, a, 100, 60)
			require.NoError(t, enc.Close())
			first, end := requireRun(t, numbersInFile(t, late))
			require.Equal(t, 160, end)
			if c.every == 0 {
				require.Equal(t, 100, first)
			} else {
				require.Zero(t, first%c.every)
				require.Positive(t, first)
			}
			all := mediatest.Pictures(t, saved(t, "whole.mkv", whole.Bytes()), 0, "gray")
			require.Equal(t, all[first:], mediatest.Pictures(t, late, 0, "gray"), "the same pictures")
			// Sound that was encoded before the output joined is not there, also where the pictures of that
			// time are, because the encoder held them back.
			from := max(first, 100)
			require.InDelta(t, (160-from)*1600, len(mediatest.Sound(t, late, 1)[0]), 3000)
			require.InDelta(t, float64(from-first)/30, firstTime(t, late, 1)-firstTime(t, late, 0), 0.06)
		})
	}
}

// firstTime is when the first packet of a stream is shown.
func firstTime(t *testing.T, path string, stream int) float64 {
	t.Helper()
	for _, p := range mediatest.Packets(t, path) {
		if p.Stream == stream {
			return p.PTS
		}
	}
	require.Fail(t, "no packets")
	return 0
}
