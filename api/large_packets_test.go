package api_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// writeCounter counts the calls of Write, and keeps what they were given.
type writeCounter struct {
	bytes.Buffer
	calls int
}

func (w *writeCounter) Write(p []byte) (int, error) {
	w.calls++
	return w.Buffer.Write(p)
}

// TestLargePacketsTakeFewWrites writes raw video, whose packets are larger than what is collected
// otherwise: to a writer of the user's own, and to one of the standard library, which get the same
// bytes.
func TestLargePacketsTakeFewWrites(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, frames = 640, 360, 10
	ctx := context.Background()
	data := make([]byte, frames*width*height*3/2)
	for i := range data {
		data[i] = byte(i * 31 >> 7)
	}
	for _, format := range []string{"rawvideo", "nut", "matroska", "avi"} {
		var own writeCounter
		enc := api.NewEncoder()
		v, err := enc.AddVideo(api.VideoConfig{
			Width: width, Height: height, FrameRate: 30, Codec: "rawvideo", InputFormat: "yuv420p", PixelFormat: "yuv420p",
		})
		require.NoError(t, err)
		var usual bytes.Buffer
		require.NoError(t, enc.Open(ctx, api.Writer(&own, format), api.Writer(&usual, format)))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: data, Layout: api.Raw}))
		require.NoError(t, enc.Close())
		require.LessOrEqual(t, own.calls, 2*frames+5, "%s: one call takes a picture, and one the rest", format)
		require.True(t, bytes.Equal(usual.Bytes(), own.Bytes()), format)
		if format == "rawvideo" {
			require.True(t, bytes.Equal(data, own.Bytes()))
		}
	}
}
