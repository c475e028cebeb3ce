package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestMoreThanEightChannels gives each channel a tone of its own, and finds it there again; every
// chunk is of another length, and the last block is short.
func TestMoreThanEightChannels(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec string
		channels         int
		lossy            bool
	}{
		{"wav", "pcm_s16le", 9, false},
		{"wav", "pcm_s16le", 16, false},
		{"wav", "pcm_s24le", 24, false},
		{"wav", "pcm_f32le", 64, false},
		{"mka", "pcm_s16le", 16, false},
		{"mka", "wavpack", 16, false},
		{"mov", "pcm_s24le", 16, false},
		{"caf", "pcm_s16be", 16, false},
		{"aiff", "pcm_s16be", 12, false},
		{"au", "pcm_s16be", 16, false},
		{"w64", "pcm_s16le", 32, false},
		{"mka", "libopus", 12, true},
	} {
		t.Run(fmt.Sprintf("%s/%s/%d", c.extension, c.codec, c.channels), func(t *testing.T) {
			t.Parallel()
			const rate = 48000
			path := temporary(t, "many."+c.extension)
			ctx, enc := context.Background(), api.NewEncoder()
			a := addAudio(
				t,
				enc,
				api.AudioConfig{SampleRate: rate, NumChannels: c.channels, Codec: c.codec, BitRate: int64(c.channels) * 96000},
			)
			require.NoError(t, enc.OpenFile(ctx, path))
			samples, chunk := chord(rate, c.channels, rate/2), make([][]float32, c.channels)
			for done, n := 0, 1; done < rate/2; n = n*2 + 1 {
				end := min(done+n, rate/2)
				for k := range chunk {
					chunk[k] = samples[k][done:end]
				}
				require.NoError(t, a.AddSamples(ctx, chunk))
				done = end
			}
			require.NoError(t, enc.Close())
			require.Equal(t, c.channels, mediatest.Probe(t, path).Streams[0].Channels)
			sound := soundOf(t, "ffmpeg", path, c.channels)
			if !c.lossy {
				require.Len(t, sound[0], rate/2)
			}
			for i := range sound {
				middle := sound[i][rate/8 : rate*3/8]
				require.InDelta(t, 0.5, level(middle, toneOf(i), rate), 0.15, "channel %d", i)
				require.Less(t, level(middle, toneOf((i+1)%c.channels), rate), 0.06, "channel %d", i)
			}
		})
	}
}

// TestSixteenChannelsForOthers asks sox and libsndfile for what is in a wav file of 16 channels.
func TestSixteenChannelsForOthers(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "many.wav")
	encodeSound(t, api.AudioConfig{SampleRate: 48000, NumChannels: 16}, chord(48000, 16, 24000), path)
	require.Equal(t, "16", strings.TrimSpace(string(mediatest.Run(t, "soxi", "-c", path))))
	require.Equal(t, "24000", strings.TrimSpace(string(mediatest.Run(t, "soxi", "-s", path))))
	require.Contains(t, string(mediatest.Run(t, "sndfile-info", path)), "Channels    : 16")
}

// TestChannelsThatCannotBe names how many can.
func TestChannelsThatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, field, says string
		cfg                    api.AudioConfig
	}{
		// FFmpeg's encoder opens for no layout of more than 8
		{"m4a", "NumChannels", "feed fewer", api.AudioConfig{NumChannels: 16, Codec: "aac"}},
		{"flac", "NumChannels", "channels", api.AudioConfig{NumChannels: 9, Codec: "flac"}},
		{"mp3", "NumChannels", "feed fewer", api.AudioConfig{NumChannels: 16, Codec: "libmp3lame"}},
		{"wav", "NumChannels", "1 to 64", api.AudioConfig{NumChannels: 65}},
		{"wav", "OutNumChannels", "not mixed", api.AudioConfig{NumChannels: 16, OutNumChannels: 2}},
		{"wav", "OutNumChannels", "not mixed", api.AudioConfig{NumChannels: 2, OutNumChannels: 16}},
		{"ts", "NumChannels", "channels", api.AudioConfig{NumChannels: 16, Codec: "ac3"}},
	} {
		c.cfg.SampleRate = 48000
		path, enc := temporary(t, "many."+c.extension), api.NewEncoder()
		_, err := enc.AddAudio(c.cfg)
		if err == nil {
			err = enc.OpenFile(context.Background(), path)
		}
		require.NoError(t, enc.Close())
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "%s: %d", c.extension, c.cfg.NumChannels)
		require.Equal(t, c.field, config.Field, "%v", err)
		require.Contains(t, err.Error(), c.says)
		require.NoFileExists(t, path)
	}
}

// TestTheFirstOfAKindIsTheDefault in Matroska, as mkvmerge reads it, whatever stands before it.
func TestTheFirstOfAKindIsTheDefault(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "default.mkv")
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	first, second := addAudio(t, enc, stereo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(ctx, path))
	addNumbered(t, v, 0, 30)
	addTone(t, first, 0, 48000)
	addTone(t, second, 0, 48000)
	require.NoError(t, enc.Close())
	var file struct {
		Tracks []struct {
			Properties struct {
				Default bool `json:"default_track"`
			} `json:"properties"`
		} `json:"tracks"`
	}
	require.NoError(t, json.Unmarshal(mediatest.Run(t, "mkvmerge", "-J", path), &file))
	require.Len(t, file.Tracks, 3)
	for i, want := range []bool{true, true, false} {
		require.Equal(t, want, file.Tracks[i].Properties.Default, "stream %d", i)
	}
}
