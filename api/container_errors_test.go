package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// refusedHeader is streams that a container does not hold, and the error about them.
type refusedHeader struct {
	format string
	video  *api.VideoConfig
	audio  []api.AudioConfig
	want   string
}

var h264 = api.VideoConfig{Width: 1920, Height: 1080, FrameRate: 25, Codec: "libx264"}

var refusedHeaders = []refusedHeader{
	{
		format: "ogg",
		video:  &h264,
		want:   `avloom: stream 0: Codec "libx264": ogg cannot carry h264 so; take another container, or one of these (supported: libvpx)`,
	},
	{
		format: "ogg",
		audio: []api.AudioConfig{
			{SampleRate: 44100, NumChannels: 2, Codec: "libvorbis"},
			{SampleRate: 44100, NumChannels: 2, Codec: "aac"},
		},
		want: `avloom: stream 1: Codec "aac": ogg cannot carry aac so; take another container, or one of these (supported: libopus, flac, libvorbis)`,
	},
	{
		format: "ogg",
		video:  &h264,
		audio:  []api.AudioConfig{{SampleRate: 44100, NumChannels: 2, Codec: "aac"}},
		want:   `avloom: stream 0: Codec "libx264": ogg cannot carry h264 so; take another container, or one of these (supported: libvpx)`,
	},
	{
		format: "swf",
		audio:  []api.AudioConfig{{SampleRate: 48000, NumChannels: 2}},
		want:   `avloom: stream 0: SampleRate 48000: swf does not carry this rate; set OutSampleRate to one that it does (supported: 11025, 22050, 44100)`,
	},
	{
		format: "rso",
		audio:  []api.AudioConfig{{SampleRate: 48000, NumChannels: 2}},
		want:   `avloom: stream 0: NumChannels 2: rso does not carry so many channels; set OutNumChannels to a number that it does (supported: 1)`,
	},
	{
		format: "flv",
		audio:  []api.AudioConfig{{SampleRate: 44100, NumChannels: 6, Codec: "pcm_s16le"}},
		want:   `avloom: stream 0: NumChannels 6: flv does not carry so many channels; set OutNumChannels to a number that it does (supported: 1, 2)`,
	},
	{
		format: "wav",
		audio:  []api.AudioConfig{{SampleRate: 48000, NumChannels: 2}, {SampleRate: 48000, NumChannels: 2}},
		want:   `avloom: Format "wav": takes each of these streams alone, but not together; take another container: write the header: Invalid argument`,
	},
}

// TestHeadersThatAreRefused: where only writing a header tells what a container cannot hold, the
// error names the stream, and what would do. FFmpeg logs what it has against a header, once.
func TestHeadersThatAreRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range refusedHeaders {
		path := temporary(t, "kept")
		require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
		noise := mediatest.StderrOf(t, func() {
			enc := api.NewEncoder()
			if c.video != nil {
				addVideo(t, enc, *c.video)
			}
			for _, cfg := range c.audio {
				addAudio(t, enc, cfg)
			}
			err := enc.OpenFile(context.Background(), path, api.Format(c.format))
			assert.EqualError(t, err, c.want)
			var config *api.ConfigError
			assert.ErrorAs(t, err, &config)
			require.NoError(t, enc.Close())
		})
		assert.LessOrEqual(t, bytes.Count([]byte(noise), []byte("\n")), 1, noise)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "precious", string(content), "the destination is untouched")
	}
}

// TestEveryContainerRefusesUnknownOptions walks all that is written to one file.
func TestEveryContainerRefusesUnknownOptions(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range astiavx.Containers() {
		if c.NoFile {
			continue
		}
		enc := api.NewEncoder()
		addAudio(t, enc, stereo())
		err := enc.OpenWriter(context.Background(), io.Discard, c.Name, api.FormatOptions(map[string]any{"nonsense": 1}))
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, c.Name)
		if config.Field != "Format" { // that is refused first
			require.Equal(t, "FormatOptions[nonsense]", config.Field, c.Name)
		}
		require.NoError(t, enc.Close())
	}
}

// TestFormatsByExtension names containers as users do.
func TestFormatsByExtension(t *testing.T) {
	mediatest.NoLeaks(t)
	for format, want := range map[string]string{
		"mkv": "matroska,webm", "mka": "matroska,webm", "ts": "mpegts", "m2ts": "mpegts", "m4a": "mov,mp4,m4a,3gp,3g2,mj2",
		"aac": "aac", "adts": "aac", "wv": "wv", "aif": "aiff",
		"mpg": "mpeg", "ogg": "ogg", "oga": "ogg", "opus": "ogg", "wma": "asf", "wmv": "asf", "asf": "asf",
		"3gp": "mov,mp4,m4a,3gp,3g2,mj2", "au": "au", "caf": "caf",
	} {
		enc := api.NewEncoder()
		a := addAudio(t, enc, audioFor(format))
		path := temporary(t, "named")
		require.NoError(t, enc.OpenFile(context.Background(), path, api.Format(format)), format)
		addTone(t, a, 0, 48000)
		require.NoError(t, enc.Close())
		require.Equal(t, want, mediatest.Probe(t, path).Format.Name, format)
	}
}

func audioFor(format string) api.AudioConfig {
	cfg := stereo()
	if format == "3gp" { // whose default FFmpeg does not encode
		cfg.Codec = "aac"
	}
	return cfg
}

// TestSixteenStreams: their order in the file is that in which they were added.
func TestSixteenStreams(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mkv", "mp4"} {
		path := temporary(t, "sixteen."+extension)
		ctx, enc := context.Background(), api.NewEncoder()
		var finish []func()
		var want []string
		for i := range 16 {
			if i%3 == 1 {
				cfg := api.VideoConfig{Width: 32 + 2*i, Height: 32, FrameRate: 25, Codec: "mpeg4", InputFormat: "gray", Threads: 1}
				v := addVideo(t, enc, cfg)
				finish = append(finish, func() {
					require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 5*cfg.Width*32), Layout: api.Raw}))
				})
				want = append(want, fmt.Sprintf("video %d", cfg.Width))
			} else {
				a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 1 + i%2, Codec: "aac"})
				finish = append(finish, func() { require.NoError(t, a.AddSamples(ctx, chord(48000, 1+i%2, 9600))) })
				want = append(want, fmt.Sprintf("audio %d", 1+i%2))
			}
		}
		require.NoError(t, enc.OpenFile(ctx, path))
		for i := range finish {
			finish[15-i]() // fed from the last
		}
		require.NoError(t, enc.Close())
		var got []string
		for i, s := range mediatest.Probe(t, path).Streams {
			require.Equal(t, i, s.Index)
			got = append(got, fmt.Sprintf("%s %d", s.Type, s.Width+s.Channels))
		}
		require.Equal(t, want, got)
	}
}
