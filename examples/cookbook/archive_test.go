package cookbook_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleArchive() {
	printStreams("film.mkv", "codec_name,pix_fmt,bits_per_raw_sample", func(path string) error {
		return cookbook.Archive(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=ffv1|pix_fmt=bgr0|bits_per_raw_sample=8
	// codec_name=flac|bits_per_raw_sample=24
}

// TestArchive finds every byte of the pictures again, and the sound to 24 bits. The checksums of
// slices and sound agree, and a bit that is turned over is noticed.
func TestArchive(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mkv", func(path string) error {
		return cookbook.Archive(t.Context(), path, width, height, film(width, height, 30))
	})
	requireSame(t, path, 0, "rgb24", shots(30))
	requireSound(t, path, 1, 30, 130)
	samples := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-f", "s24le", "-")
	sum := md5.Sum(samples) //nolint:gosec // it is FLAC's checksum
	require.True(t, bytes.Contains(mediatest.Run(t, "cat", path), sum[:]), "FLAC's header has the checksum of the sound")
	requirePlayers(t, path, 50, shots(30), "GStreamer", "VLC")
	damage(t, path)
	require.Contains(t, complaints(t, path), "CRC")
}
