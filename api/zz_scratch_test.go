package api

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	for _, path := range []string{"/tmp/scratch/a.mp4", "/tmp/scratch/a.mkv", "/tmp/scratch/a.webm", "/tmp/scratch/a.ts", "/tmp/scratch/a.avi","/tmp/scratch/a.mov","/tmp/scratch/a.flv"} {
		e := NewEncoder()
		v, err := e.AddVideo(VideoConfig{Width: 320, Height: 240, FrameRate: 30})
		require.NoError(t, err)
		a, err := e.AddAudio(AudioConfig{SampleRate: 48000, NumChannels: 2, OutSampleRate: map[bool]int{true:44100}[path[len(path)-3:] == "flv"]})
		require.NoError(t, err)
		require.NoError(t, e.OpenFile(ctx, path))
		frame := make([]byte, 320*240*3)
		for i := range 90 {
			for k := range frame {
				frame[k] = byte(k/320 + i)
			}
			require.NoError(t, v.AddFrames(ctx, Frames{Data: frame}))
			s := make([]float32, 1600)
			for k := range s {
				s[k] = float32(math.Sin(float64(i*1600+k) * 0.05))
			}
			require.NoError(t, a.AddSamples(ctx, [][]float32{s, s}))
		}
		require.NoError(t, e.Close())
		t.Log(path, e.Stats().Bottleneck())
	}
}
