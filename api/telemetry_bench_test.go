package api_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// BenchmarkTelemetry writes a minute of video without subtitles, and with 10,000 cues of telemetry
// that another goroutine adds.
func BenchmarkTelemetry(b *testing.B) {
	for _, name := range []string{"a.mp4", "a.mkv"} {
		for _, cues := range []int{0, 10_000} {
			b.Run(fmt.Sprintf("%s/%d_cues", name, cues), func(b *testing.B) {
				for b.Loop() {
					recordTelemetry(b, filepath.Join(b.TempDir(), name), cues)
				}
			})
		}
	}
}

// recordTelemetry records a minute of pictures, and this many cues in its time.
func recordTelemetry(b *testing.B, path string, cues int) {
	const width, height, rate, frames = 1280, 720, 30, 60 * 30
	ctx, enc := context.Background(), api.NewEncoder()
	defer func() { _ = enc.Abort(nil) }()
	v, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: rate, Codec: "libx264", Preset: "ultrafast",
	})
	require.NoError(b, err)
	var s *api.SubtitleStream
	if cues > 0 {
		s, err = enc.AddSubtitles(api.SubtitleConfig{})
		require.NoError(b, err)
	}
	require.NoError(b, enc.OpenFile(ctx, path))
	fed, added := make(chan int, frames), make(chan error, 1) // the frames that were fed
	go func() { added <- addTelemetry(s, fed, cues, frames) }()
	picture := make([]byte, width*height*3)
	for k := range frames {
		for i := 0; i < len(picture); i += 97 {
			picture[i] += byte(k * i)
		}
		require.NoError(b, v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}))
		fed <- k
	}
	close(fed)
	require.NoError(b, <-added)
	require.NoError(b, enc.Close())
}

// addTelemetry adds the cues of each frame that was fed.
func addTelemetry(s *api.SubtitleStream, fed <-chan int, cues, frames int) error {
	for k := range fed {
		for c := cues * k / frames; c < cues*(k+1)/frames; c++ {
			begin := time.Minute * time.Duration(c) / time.Duration(cues)
			end := time.Minute * time.Duration(c+1) / time.Duration(cues)
			text := fmt.Sprintf(`{"cue":%d,"speed":[%.3f,1.5,-2.25],"gear":"drive","contact":false}`, c, begin.Seconds())
			if err := s.AddCue(context.Background(), api.Cue{Start: begin, End: end, Text: text}); err != nil {
				return err
			}
		}
	}
	return nil
}
