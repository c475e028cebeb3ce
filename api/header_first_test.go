package api_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestHeaderThatComesLate: libaom gives its header with the first packet, and Matroska needs it
// before where it cannot go back.
func TestHeaderThatComesLate(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mkv", "webm", "mp4", "ivf"} {
		t.Run(format, func(t *testing.T) {
			encode := func(open func(enc *api.Encoder) error) {
				enc := api.NewEncoder()
				cfg := numberedVideo()
				cfg.Codec, cfg.Preset = "libaom-av1", ""
				cfg.ExtraOptions = map[string]any{"cpu-used": 8, "usage": "realtime"}
				v := addVideo(t, enc, cfg)
				require.NoError(t, open(enc))
				addNumbered(t, v, 0, 10)
				require.NoError(t, enc.Close())
			}
			path, streamed := temporary(t, "sought."+format), temporary(t, "streamed."+format)
			encode(func(enc *api.Encoder) error { return enc.OpenFile(context.Background(), path) })
			var stream bytes.Buffer
			encode(func(enc *api.Encoder) error { return enc.OpenWriter(context.Background(), &stream, format) })
			require.NoError(t, os.WriteFile(streamed, stream.Bytes(), 0o600))
			require.Equal(t, counting(10), numbersOf(mediatest.Pictures(t, streamed, 0, "gray")))
			require.Equal(t, extraDataOf(t, path), extraDataOf(t, streamed))
		})
	}
}

// extraDataOf is the header of the first stream, as the system's ffprobe prints it.
func extraDataOf(t *testing.T, path string) string {
	t.Helper()
	return string(
		mediatest.Run(
			t,
			"ffprobe",
			"-v",
			"error",
			"-show_data",
			"-show_entries",
			"stream=extradata",
			"-of",
			"default=nk=1",
			path,
		),
	)
}

// TestVorbisInMP4: the mov muxer refused the last packet, depending on the length of the sound.
func TestVorbisInMP4(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, samples := range []int{1, 1600, 8000, 16000, 32000, 96000} {
		t.Run(fmt.Sprint(samples), func(t *testing.T) {
			path := temporary(t, "vorbis.mp4")
			enc := api.NewEncoder()
			cfg := stereo()
			cfg.Codec = "libvorbis"
			a := addAudio(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			addTone(t, a, 0, samples)
			require.NoError(t, enc.Close())
			require.InDelta(t, samples, len(mediatest.Sound(t, path, 0)[0]), 1024)
		})
	}
}
