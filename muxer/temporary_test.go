package muxer

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTemporaryFileIsWrittenInLargePieces writes the same packets to a file that may be read before
// it is complete, and to one that is not. Sync writes all packets of both, and both are the same in
// the end.
func TestTemporaryFileIsWrittenInLargePieces(t *testing.T) {
	const packets, bytes = 20, 20 * 100
	for _, format := range []string{"mp4", "mov", "avi", "mpegts"} {
		t.Run(format, func(t *testing.T) {
			var files [2][]byte
			for i, temporary := range []bool{false, true} {
				m, path := openMuxOf(t, Config{Format: format, Streams: bothStreams(t, "aac")[:1], Temporary: temporary})
				size := func() int64 {
					info, err := os.Stat(path)
					require.NoError(t, err)
					return info.Size()
				}
				header := size()
				consume(t, m, pictures, 0, packets)
				if temporary {
					require.Equal(t, header, size(), "packets are collected")
				} else {
					require.Greater(t, size(), header+bytes/2, "each packet is written")
				}
				require.NoError(t, m.Sync(t.Context()))
				require.GreaterOrEqual(t, size(), header+bytes)
				consume(t, m, pictures, packets, 2*packets)
				require.NoError(t, m.EndInput(t.Context(), pictures))
				require.NoError(t, m.Flush(t.Context()))
				written, err := os.ReadFile(path)
				require.NoError(t, err)
				files[i] = written
			}
			require.Equal(t, files[0], files[1])
		})
	}
}
