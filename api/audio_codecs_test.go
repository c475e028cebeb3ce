package api_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// toneOf is the frequency of the tone of a channel in Hz: another for each, so that channels that changed places show, and low, since the fourth of
// six is that of low-frequency effects, which encoders cut off at 120 Hz.
func toneOf(channel int) float64 { return float64(48 + 8*channel) }

// chord returns n samples of a tone of each channel's own.
func chord(rate, channels, n int) [][]float32 {
	samples := make([][]float32, channels)
	for c := range samples {
		samples[c] = make([]float32, n)
		for i := range samples[c] {
			samples[c][i] = float32(0.5 * math.Sin(2*math.Pi*toneOf(c)*float64(i)/float64(rate)))
		}
	}
	return samples
}

// level is the amplitude of a tone in samples.
func level(samples []float32, frequency float64, rate int) float64 {
	var re, im float64
	for i, v := range samples {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / float64(rate))
		re += float64(v) * cos
		im += float64(v) * sin
	}
	return 2 * math.Hypot(re, im) / float64(len(samples))
}

// encodeSound encodes samples to a file.
func encodeSound(t *testing.T, cfg api.AudioConfig, samples [][]float32, path string, opts ...api.OutputOption) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	a := addAudio(t, enc, cfg)
	require.NoError(t, enc.OpenFile(ctx, path, opts...))
	require.NoError(t, a.AddSamples(ctx, samples))
	require.NoError(t, enc.Close())
}

// decoded returns the sound of a file as the ffmpeg of the build that avloom is linked with decodes it: the system's lacks codecs.
func decoded(t *testing.T, path string, channels int) [][]float32 {
	t.Helper()
	return soundOf(t, filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), path, channels)
}

func soundOf(t *testing.T, program, path string, channels int) [][]float32 {
	t.Helper()
	raw := mediatest.Run(t, program, "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "-")
	samples := make([][]float32, channels)
	for i := 0; i+4*channels <= len(raw); i += 4 * channels {
		for c := range samples {
			samples[c] = append(samples[c], math.Float32frombits(binary.LittleEndian.Uint32(raw[i+4*c:])))
		}
	}
	return samples
}
