package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// everySample returns every value of 16 bits in every channel, beginning elsewhere in each, with
// the channels in turn.
func everySample(channels int) []int16 {
	samples := make([]int16, channels<<16)
	for i := range samples {
		samples[i] = int16(i/channels + i%channels*4099)
	}
	return samples
}

// asFloats returns samples of 16 bits as floats.
func asFloats(samples []int16) []float32 {
	all := make([]float32, len(samples))
	for i, v := range samples {
		all[i] = float32(v) / 32768
	}
	return all
}

// soundCall feeds samples of 16 bits, with the channels in turn, in one of the ways.
type soundCall func(a *api.AudioStream, samples []int16, channels int) error

var soundCalls = []soundCall{
	func(a *api.AudioStream, samples []int16, _ int) error {
		return a.AddInt16(context.Background(), samples)
	},
	func(a *api.AudioStream, samples []int16, _ int) error {
		return a.AddInterleaved(context.Background(), asFloats(samples))
	},
	func(a *api.AudioStream, samples []int16, channels int) error {
		all := make([][]float32, channels)
		for i, v := range asFloats(samples) {
			all[i%channels] = append(all[i%channels], v)
		}
		return a.AddSamples(context.Background(), all)
	},
}

// feedMixed feeds samples in chunks of random lengths, each by a call that is chosen by chance, or
// as silence.
func feedMixed(t *testing.T, a *api.AudioStream, samples []int16, channels, rate int, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	for total, done := len(samples)/channels, 0; done < total; {
		n := min(random.IntN(9000), total-done)
		chunk := samples[done*channels : (done+n)*channels]
		done += n
		if isSilent(chunk) && random.IntN(2) == 0 {
			require.NoError(t, a.SilenceUntil(context.Background(), time.Duration(done)*time.Second/time.Duration(rate)))
			continue
		}
		require.NoError(t, soundCalls[random.IntN(len(soundCalls))](a, chunk, channels))
	}
}

func isSilent(samples []int16) bool {
	return !slices.ContainsFunc(samples, func(v int16) bool { return v != 0 })
}

// int16sOf reads raw samples.
func int16sOf(raw []byte) []int16 {
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return samples
}

// TestEvery16BitSampleSurvives feeds every value in all ways, with silence between, and reads it
// back with sox and with FFmpeg.
func TestEvery16BitSampleSurvives(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, format string
		channels          []int
	}{
		{"wav", "", []int{1, 2, 6, 16}},
		{"flac", "", []int{1, 2, 6}}, // of 24 bits
		{"flac", "s16", []int{1, 2, 6}},
		{"mka", "", []int{2}},
	} {
		for _, channels := range c.channels {
			t.Run(fmt.Sprintf("%s%s/%d", c.extension, c.format, channels), func(t *testing.T) {
				t.Parallel()
				const rate = 44100
				path, ctx, enc := temporary(t, "all."+c.extension), context.Background(), api.NewEncoder()
				cfg := api.AudioConfig{SampleRate: rate, NumChannels: channels}
				if c.format != "" {
					cfg.ExtraOptions = map[string]any{"sample_fmt": c.format}
				}
				if c.extension == "mka" {
					cfg.Codec = "pcm_s16le"
				}
				a := addAudio(t, enc, cfg)
				require.NoError(t, enc.OpenFile(ctx, path))
				every := everySample(channels)
				samples := slices.Concat(every, make([]int16, 20000*channels), every)
				feedMixed(t, a, samples, channels, rate, uint64(channels))
				require.NoError(t, enc.Close())
				require.EqualValues(t, len(samples)/channels, enc.Stats().Streams[0].Accepted)
				raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-c:a", "pcm_s16le", "-")
				requireSame16(t, samples, int16sOf(raw))
				if c.extension != "mka" {
					raw = mediatest.Run(t, "sox", "-D", path, "-t", "raw", "-e", "signed", "-b", "16", "-L", "-")
					requireSame16(t, samples, int16sOf(raw))
				}
			})
		}
	}
}

// requireSame16 names the first difference only.
func requireSame16(t *testing.T, want, got []int16) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, v := range want {
		if got[i] != v {
			require.Equal(t, v, got[i], "value %d", i)
		}
	}
}

// TestTheFileDependsOnTheSamplesAlone compares files of equal samples that came by different calls,
// with and without conversion.
func TestTheFileDependsOnTheSamplesAlone(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, cfg := range []api.AudioConfig{
		{SampleRate: 48000, NumChannels: 2, Codec: "aac"},
		{SampleRate: 44100, NumChannels: 6, OutSampleRate: 48000, OutNumChannels: 2, Codec: "libopus"},
		{SampleRate: 8000, NumChannels: 1, Codec: "flac"},
		{SampleRate: 48000, NumChannels: 16, Codec: "pcm_s24le"},
	} {
		t.Run(cfg.Codec, func(t *testing.T) {
			t.Parallel()
			samples := slices.Concat(
				everySample(cfg.NumChannels)[:30000*cfg.NumChannels], make([]int16, 12345*cfg.NumChannels),
				everySample(cfg.NumChannels)[:10*cfg.NumChannels],
			)
			encode := func(feed func(a *api.AudioStream)) []byte {
				var file api.MemoryFile
				enc := api.NewEncoder()
				a := addAudio(t, enc, cfg)
				require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
				feed(a)
				require.NoError(t, enc.Close())
				return file.Bytes()
			}
			whole := func(c soundCall) func(a *api.AudioStream) {
				return func(a *api.AudioStream) { require.NoError(t, c(a, samples, cfg.NumChannels)) }
			}
			want := encode(whole(soundCalls[2]))
			require.NotEmpty(t, want)
			for i, c := range soundCalls[:2] {
				require.True(t, bytes.Equal(want, encode(whole(c))), "call %d", i)
			}
			for seed := range uint64(3) {
				mixed := func(a *api.AudioStream) { feedMixed(t, a, samples, cfg.NumChannels, cfg.SampleRate, seed) }
				require.True(t, bytes.Equal(want, encode(mixed)), "seed %d", seed)
			}
		})
	}
}

// TestInterleavedBeyondTheRange checks that AddInterleaved clips as AddSamples does.
func TestInterleavedBeyondTheRange(t *testing.T) {
	mediatest.NoLeaks(t)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	given := []float32{0.25, nan, inf, -inf, 1.5, -2, 1, -1, math.MaxFloat32, -0.25, math.SmallestNonzeroFloat32, 0}
	want := []float32{0.25, 0, 1, -1, 1, -1, 1, -1, 1, -0.25, math.SmallestNonzeroFloat32, 0}
	for _, channels := range []int{1, 2, 3, 12} {
		path, ctx, enc := temporary(t, "beyond.wav"), context.Background(), api.NewEncoder()
		a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: channels, Codec: "pcm_f32le"})
		require.NoError(t, enc.OpenFile(ctx, path))
		require.NoError(t, a.AddInterleaved(ctx, given))
		require.NoError(t, enc.Close())
		for c, channel := range soundOf(t, "ffmpeg", path, channels) {
			for i, v := range channel {
				require.Equal(t, want[i*channels+c], v, "%d channels", channels)
			}
			require.Len(t, channel, len(want)/channels)
		}
	}
}
