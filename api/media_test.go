package api_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// The pictures of these tests are numbered: 16 squares, black or white, are the bits of the number.
// They survive any codec.
const (
	numberedWidth  = 64
	numberedHeight = 64
	squares        = 4 // in a row
	square         = numberedWidth / squares
)

// numbered returns pictures first, first+1, … in NHWC.
func numbered(first, n int) []byte {
	const size = numberedWidth * numberedHeight * 3
	data := make([]byte, n*size)
	for k := range n {
		for i := range size / 3 {
			x, y := i%numberedWidth/square, i/numberedWidth/square
			value := byte(16)
			if (first+k)>>(y*squares+x)&1 == 1 {
				value = 240
			}
			for c := range 3 {
				data[k*size+3*i+c] = value
			}
		}
	}
	return data
}

// numberOf reads the number of a grey picture of the same size.
func numberOf(gray []byte) int {
	number := 0
	for bit := range squares * squares {
		x, y := bit%squares*square+square/2, bit/squares*square+square/2
		if gray[y*numberedWidth+x] > 128 {
			number |= 1 << bit
		}
	}
	return number
}

// numbersOf reads the numbers of pictures.
func numbersOf(pictures [][]byte) []int {
	numbers := make([]int, len(pictures))
	for i, p := range pictures {
		numbers[i] = numberOf(p)
	}
	return numbers
}

// counting returns 0, 1, … of n.
func counting(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

// numberedVideo is a stream of numbered pictures, fast to encode.
func numberedVideo() api.VideoConfig {
	return api.VideoConfig{
		Width: numberedWidth, Height: numberedHeight, FrameRate: 30, Codec: "libx264", Preset: "ultrafast", Threads: 1,
	}
}

// tone returns samples first, first+1, … of a sine of 440 Hz at 48 kHz.
func tone(channels, first, n int) [][]float32 {
	samples := make([][]float32, channels)
	for c := range samples {
		samples[c] = make([]float32, n)
		for i := range samples[c] {
			samples[c][i] = float32(0.5 * math.Sin(2*math.Pi*440*float64(first+i)/48000))
		}
	}
	return samples
}

func stereo() api.AudioConfig { return api.AudioConfig{SampleRate: 48000, NumChannels: 2} }

func temporary(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(t.TempDir(), name)
}

func addVideo(t *testing.T, e *api.Encoder, cfg api.VideoConfig) *api.VideoStream {
	t.Helper()
	v, err := e.AddVideo(cfg)
	require.NoError(t, err)
	return v
}

func addAudio(t *testing.T, e *api.Encoder, cfg api.AudioConfig) *api.AudioStream {
	t.Helper()
	a, err := e.AddAudio(cfg)
	require.NoError(t, err)
	return a
}

func addNumbered(t *testing.T, v *api.VideoStream, first, n int) {
	t.Helper()
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: numbered(first, n), Layout: api.NHWC}))
}

func addTone(t *testing.T, a *api.AudioStream, first, n int) {
	t.Helper()
	require.NoError(t, a.AddSamples(context.Background(), tone(2, first, n)))
}

// requireLaw checks the law of the counters, and at the end of a run that nothing is left in a
// queue.
func requireLaw(t *testing.T, s api.Stats, over bool) {
	t.Helper()
	for _, e := range s.Edges {
		name := fmt.Sprintf("%s → %s of stream %d", e.From, e.To, e.Stream)
		require.Equal(t, e.Sent, e.Received+int64(e.Queued)+e.Freed+e.Lost, name)
		require.LessOrEqual(t, e.Queued, e.Depth, name)
		if over {
			require.Zero(t, e.Queued, name)
		}
	}
}
