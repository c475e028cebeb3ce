package api_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriers are the encoders in common use, each in a container for it, and how many channels they
// take.
var carriers = []struct {
	extension, codec string
	most             int
}{
	{"wav", "pcm_s16le", 8},
	{"wav", "pcm_f32le", 8},
	{"flac", "flac", 8},
	{"mka", "pcm_s24le", 8},
	{"mka", "libvorbis", 8},
	{"mka", "aac", 8},
	{"m4a", "aac", 8},
	{"m4a", "alac", 8},
	{"opus", "libopus", 8},
	{"mka", "libopus", 8},
	{"ogg", "libvorbis", 8},
	{"mp3", "libmp3lame", 2},
	{"mka", "ac3", 6},
	{"mov", "pcm_s16le", 8},
}

// TestEveryChannelKeepsItsPlace gives each channel a tone of its own.
func TestEveryChannelKeepsItsPlace(t *testing.T) {
	mediatest.NoLeaks(t)
	all := mediatest.Long(t)
	for i, c := range carriers {
		for channels := 1; channels <= c.most; channels++ {
			if !all && channels != c.most && (channels+i)%3 != 0 {
				continue // each number of channels in a third of the carriers, and the most in all
			}
			t.Run(fmt.Sprintf("%s/%s/%d", c.extension, c.codec, channels), func(t *testing.T) {
				t.Parallel()
				const rate = 48000
				path := temporary(t, "channels."+c.extension)
				cfg := api.AudioConfig{SampleRate: rate, NumChannels: channels, Codec: c.codec, BitRate: int64(channels) * 96000}
				encodeSound(t, cfg, chord(rate, channels, rate/2), path)
				sound := soundOf(t, "ffmpeg", path, channels)
				require.InDelta(t, rate/2, len(sound[0]), 2500)
				for i := range sound {
					middle := sound[i][rate/8 : rate*3/8]
					for k := range sound {
						want, within := 0.0, 0.06
						if i == k {
							want, within = 0.5, 0.15 // that of Vorbis is louder in the channel of low frequencies
						}
						require.InDelta(t, want, level(middle, toneOf(k), rate), within, "tone %d in channel %d", k, i)
					}
				}
			})
		}
	}
}

// TestMixing checks the levels that FFmpeg's matrices give: those of ITU-R BS.775, brought down
// where the sum of whole numbers could clip.
func TestMixing(t *testing.T) {
	mediatest.NoLeaks(t)
	const rate, half = 48000, math.Sqrt2 / 2
	for _, c := range []struct {
		name    string
		in, out int
		want    [][]float64 // per channel of the output the share of each of the input
	}{
		{"mono to stereo", 1, 2, [][]float64{{half}, {half}}},
		{"stereo to mono", 2, 1, [][]float64{{0.5, 0.5}}},
		{"mono to 5.1", 1, 6, [][]float64{{0}, {0}, {1}, {0}, {0}, {0}}},
		{"stereo to 5.1", 2, 6, [][]float64{{1, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}},
		{"5.1 to stereo", 6, 2, [][]float64{
			{1 / (1 + 2*half), 0, half / (1 + 2*half), 0, half / (1 + 2*half), 0}, {0, 1 / (1 + 2*half), half / (1 + 2*half), 0, 0, half / (1 + 2*half)},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := temporary(t, "mixed.wav")
			cfg := api.AudioConfig{SampleRate: rate, NumChannels: c.in, OutNumChannels: c.out, Codec: "pcm_s32le"}
			encodeSound(t, cfg, chord(rate, c.in, rate/2), path)
			require.Equal(t, c.out, mediatest.Probe(t, path).Streams[0].Channels)
			sound := soundOf(t, "ffmpeg", path, c.out)
			require.Len(t, sound[0], rate/2)
			for i, shares := range c.want {
				for k, share := range shares {
					require.InDelta(
						t,
						0.5*share,
						level(sound[i][rate/8:rate*3/8], toneOf(k), rate),
						0.002,
						"tone %d in channel %d",
						k,
						i,
					)
				}
			}
		})
	}
}

// TestPitchAfterResampling looks for the tone where it was, at other rates.
func TestPitchAfterResampling(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, rates := range [][2]int{{8000, 48000}, {44100, 48000}, {48000, 44100}, {96000, 44100}, {22050, 8000}, {11025, 192000}} {
		path := temporary(t, "pitch.wav")
		encodeSound(
			t,
			api.AudioConfig{SampleRate: rates[0], NumChannels: 2, OutSampleRate: rates[1]},
			chord(rates[0], 2, rates[0]),
			path,
		)
		sound := soundOf(t, "ffmpeg", path, 2)
		require.InDelta(t, rates[1], len(sound[0]), 1, "%d to %d Hz", rates[0], rates[1])
		for i := range sound {
			require.InDelta(
				t,
				0.5,
				level(sound[i][rates[1]/4:rates[1]*3/4], toneOf(i), rates[1]),
				0.002,
				"%d to %d Hz",
				rates[0],
				rates[1],
			)
		}
	}
}

// TestSamplesBeyondTheRange checks what AddSamples says of them.
func TestSamplesBeyondTheRange(t *testing.T) {
	mediatest.NoLeaks(t)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	given := []float32{
		0.25,
		nan,
		inf,
		-inf,
		1.5,
		-2,
		1,
		-1,
		math.MaxFloat32,
		-0.25,
		float32(math.Copysign(0, -1)),
		math.SmallestNonzeroFloat32,
	}
	want := []float32{0.25, 0, 1, -1, 1, -1, 1, -1, 1, -0.25, 0, math.SmallestNonzeroFloat32}
	path := temporary(t, "beyond.wav")
	encodeSound(t, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: "pcm_f32le"}, [][]float32{given}, path)
	require.Equal(t, want, soundOf(t, "ffmpeg", path, 1)[0])
	for _, c := range carriers { // none of them may choke on it, or make noise of the silence around it
		path := temporary(t, "beyond."+c.extension)
		samples := make([]float32, 48000)
		copy(samples, given)
		samples[30000] = nan
		encodeSound(t, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: c.codec}, [][]float32{samples}, path)
		sound := soundOf(t, "ffmpeg", path, 1)[0]
		for i, v := range sound[20000:40000] {
			require.Less(t, math.Abs(float64(v)), 0.001, "%s: sample %d", c.codec, i)
		}
	}
}

// TestPrecision encodes a tone that 16 bits cannot hold.
func TestPrecision(t *testing.T) {
	mediatest.NoLeaks(t)
	const bit24 = 1.0 / (1 << 23)
	samples := make([]float32, 48000)
	for i := range samples {
		samples[i] = float32(
			math.Round(100*math.Sin(2*math.Pi*440*float64(i)/48000)),
		) * bit24 // one third of the least step of 16 bits
	}
	for _, c := range []struct{ extension, codec, format string }{
		{"wav", "pcm_s24le", ""}, {"flac", "flac", "s32"}, {"flac", "flac", ""}, {"m4a", "alac", "s32p"}, {"mka", "wavpack", "s32p"}, {"mka", "tta", "s32"}, {"wav", "pcm_s32le", ""},
	} {
		cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: c.codec}
		if c.format != "" {
			cfg.ExtraOptions = map[string]any{"sample_fmt": c.format}
		}
		path := temporary(t, "fine."+c.extension)
		encodeSound(t, cfg, [][]float32{samples}, path)
		require.Equal(t, samples, soundOf(t, "ffmpeg", path, 1)[0], "%s %s", c.codec, c.format)
	}
}

// TestVeryShortSounds: as much comes back as the padding of a block or two allows, and what was
// given is in it.
func TestVeryShortSounds(t *testing.T) {
	mediatest.NoLeaks(t)
	exact := map[string]bool{"pcm_s16le": true, "pcm_s24le": true, "pcm_f32le": true, "flac": true, "libvorbis": true}
	for _, c := range carriers {
		for _, n := range []int{0, 1, 100} {
			t.Run(fmt.Sprintf("%s/%s/%d", c.extension, c.codec, n), func(t *testing.T) {
				path := temporary(t, "short."+c.extension)
				encodeSound(t, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: c.codec}, chord(48000, 1, n), path)
				if n == 0 && c.extension != "wav" {
					return // TestNothingIsFed looks at these: not all have a stream then
				}
				got := len(soundOf(t, "ffmpeg", path, 1)[0])
				if exact[c.codec] && c.extension != "ogg" { // whose last page an old decoder reads to its end
					require.Equal(t, n, got)
				}
				require.LessOrEqual(t, got, n+2*1536)
			})
		}
	}
}

// TestTinyChunks adds sound sample by sample, with nothing in between.
func TestTinyChunks(t *testing.T) {
	mediatest.NoLeaks(t)
	samples := chord(48000, 2, 3000)
	for _, cfg := range []api.AudioConfig{
		{SampleRate: 48000, NumChannels: 2, Codec: "aac"},
		{SampleRate: 48000, NumChannels: 2, Codec: "ac3"},
		{SampleRate: 48000, NumChannels: 2, OutSampleRate: 44100, OutNumChannels: 1, Codec: "pcm_s16le"},
	} {
		encode := func(chunk func(i int) int) []byte {
			var file api.MemoryFile
			ctx, enc := context.Background(), api.NewEncoder()
			a := addAudio(t, enc, cfg)
			require.NoError(t, enc.OpenWriter(ctx, &file, "mkv"))
			for i, done := 0, 0; done < 3000; i++ {
				n := min(chunk(i), 3000-done)
				require.NoError(t, a.AddSamples(ctx, [][]float32{samples[0][done : done+n], samples[1][done : done+n]}))
				done += n
			}
			require.NoError(t, enc.Close())
			return file.Bytes()
		}
		require.Equal(t, encode(func(int) int { return 3000 }), encode(func(i int) int { return i % 2 }), cfg.Codec)
	}
}
