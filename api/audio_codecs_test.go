package api_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// toneOf is the frequency of the tone of a channel in Hz: another for each, so that channels that
// changed places show, and low, since the fourth of six is that of low-frequency effects, which
// encoders cut off at 120 Hz.
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

// soundOf decodes the first stream of sound with a program that is the ffmpeg command, which is
// told more of the input where it cannot know.
func soundOf(t *testing.T, program, path string, channels int, input ...string) [][]float32 {
	t.Helper()
	raw := mediatest.Run(
		t,
		program,
		append(
			append([]string{"-v", "error"}, input...),
			"-i",
			path,
			"-map",
			"0:a:0",
			"-f",
			"f32le",
			"-c:a",
			"pcm_f32le",
			"-",
		)...)
	samples := make([][]float32, channels)
	for i := 0; i+4*channels <= len(raw); i += 4 * channels {
		for c := range samples {
			samples[c] = append(samples[c], math.Float32frombits(binary.LittleEndian.Uint32(raw[i+4*c:])))
		}
	}
	return samples
}

// homes are containers for encoders that neither Matroska, mov, wav nor nut carry.
var homes = map[string]string{
	"s302m": "mpegts", "aptx": "aptx", "aptx_hd": "aptx_hd", "sbc": "sbc", "g723_1": "wav", "adpcm_adx": "adx",
	"adpcm_argo": "argo_asf", "adpcm_ima_alp": "alp", "adpcm_ima_apm": "apm",
	"adpcm_ima_ssi": "kvag", "adpcm_ima_ws": "wsaud", "pcm_s16be_planar": "ast", "g722": "wav", "g726le": "au",
	"pcm_s24daud": "daud",
}

// limits are what an encoder takes, where FFmpeg does not list it.
var limits = map[string]api.AudioConfig{
	"g723_1": {
		SampleRate:  8000,
		NumChannels: 1,
	}, "g726": {SampleRate: 8000, NumChannels: 1}, "g726le": {SampleRate: 8000, NumChannels: 1}, "roq_dpcm": {SampleRate: 22050, NumChannels: 2},
	"nellymoser": {
		SampleRate:  8000,
		NumChannels: 1,
	}, "real_144": {SampleRate: 8000, NumChannels: 1}, "adpcm_ima_alp": {SampleRate: 22050, NumChannels: 2}, "comfortnoise": {SampleRate: 8000, NumChannels: 1}, "pcm_s24daud": {SampleRate: 96000, NumChannels: 6},
}

// silent are encoders whose output is not the sound that was given, or that have no container for
// it alone.
var silent = map[string]string{
	"comfortnoise": "only says how loud noise is", "anull": "writes nothing",
	"adpcm_ima_amv": "lives beside pictures, in amv", "pcm_bluray": "m2ts only, as a private stream",
	"pcm_dvd": "lives beside pictures, on discs", "roq_dpcm": "lives beside pictures, in roq",
	"pcm_vidc": "FFmpeg's own command does not get it back either",
}

// TestEveryAudioEncoder encodes a tone with each encoder, in each format of samples that it takes.
func TestEveryAudioEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	var found atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, codec := range astiav.Codecs() {
			name := codec.Name()
			if !codec.IsEncoder() || codec.ID().MediaType() != astiav.MediaTypeAudio || silent[name] != "" ||
				name == "opus" { // another name of libopus
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, format := range append([]astiav.SampleFormat{-1}, codec.SupportedSampleFormats()...) {
					testAudioEncoder(t, codec, format)
					found.Add(1)
				}
			})
		}
	})
	require.Greater(t, found.Load(), int64(100), "the walk found encoders")
}

// testAudioEncoder encodes a tone in a format of samples, which is the default below 0, and
// listens.
func testAudioEncoder(t *testing.T, codec *astiav.Codec, format astiav.SampleFormat) {
	t.Helper()
	name, cfg := codec.Name(), configFor(codec)
	cfg.ExtraOptions = map[string]any{"strict": "experimental"}
	if format >= 0 {
		cfg.ExtraOptions["sample_fmt"] = format.Name()
	}
	path := temporary(t, "sound")
	container := openAnywhere(t, cfg, path)
	require.NotEmpty(t, container)
	sound := decodedAs(t, container, path, cfg)
	middle := len(sound[0])/4 + 1
	for i := range sound {
		got := level(sound[i][middle:middle+cfg.SampleRate/4], toneOf(i), cfg.SampleRate)
		within := 0.1
		if name == "dfpwm" || name == "nellymoser" { // one bit for each sample; made for speech
			within = 0.35
		}
		assert.InDelta(t, 0.5, got, within, "%v in %s, channel %d", cfg.ExtraOptions, container, i)
	}
	assert.InDelta(t, cfg.SampleRate, len(sound[0]), 5000)
}

// configFor returns what the encoder takes: stereo at 48 kHz where it does.
func configFor(codec *astiav.Codec) api.AudioConfig {
	cfg := limits[codec.Name()]
	if cfg.SampleRate == 0 {
		cfg.SampleRate, cfg.NumChannels = 48000, 2
	}
	if rates := codec.SupportedSampleRates(); len(rates) > 0 && !slices.Contains(rates, cfg.SampleRate) {
		cfg.SampleRate = rates[0]
	}
	stereo := func(l astiav.ChannelLayout) bool { return l.Channels() == cfg.NumChannels }
	if layouts := codec.SupportedChannelLayouts(); len(layouts) > 0 && !slices.ContainsFunc(layouts, stereo) {
		cfg.NumChannels = layouts[0].Channels()
	}
	cfg.Codec = codec.Name()
	return cfg
}

// openAnywhere encodes a second of a chord into the first container that carries it.
func openAnywhere(t *testing.T, cfg api.AudioConfig, path string) string {
	t.Helper()
	ctx := context.Background()
	for _, container := range []string{homes[cfg.Codec], "matroska", "mov", "wav", "nut", "caf", "au"} {
		enc := api.NewEncoder()
		a := addAudio(t, enc, cfg)
		if container == "" || enc.OpenFile(ctx, path, api.Format(container)) != nil {
			continue
		}
		require.NoError(t, a.AddSamples(ctx, chord(cfg.SampleRate, cfg.NumChannels, cfg.SampleRate)), cfg.Codec)
		require.NoError(t, enc.Close(), cfg.Codec)
		return container
	}
	return ""
}

// decodedAs decodes with the ffmpeg of the build that avloom is linked with, since the system's
// lacks codecs; what has no header, by its name.
func decodedAs(t *testing.T, container, path string, cfg api.AudioConfig) [][]float32 {
	t.Helper()
	var input []string
	if container == homes[cfg.Codec] {
		input = []string{"-f", container}
	}
	return soundOf(t, filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), path, cfg.NumChannels, input...)
}
