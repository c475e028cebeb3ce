package api_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

// particular is what a container asks for beyond its default codecs.
type particular struct {
	width, height int
	format        string // of the pixels
	rate          int    // of the sound
	channels      int
	frames        int // as many as it takes
	video, audio  string
	extra         map[string]any // of the video encoder, or of that of sound where there are no pictures
	sound         map[string]any // of the audio encoder beside pictures
	options       map[string]any // of the muxer
	either        bool           // video or sound, not both
}

// particulars of containers that are made for one purpose.
var particulars = map[string]particular{
	"3g2": {width: 176, height: 144, audio: "aac"}, "3gp": {width: 176, height: 144, audio: "aac"},
	"alp": {
		rate: 22050,
	}, "amv": {rate: 22050, width: 160, height: 112, channels: 1, sound: map[string]any{"block_size": 882}}, "avm2": {rate: 44100}, "swf": {rate: 44100},
	"daud": {rate: 96000, channels: 6}, "dts": {audio: "dca", extra: map[string]any{"strict": "experimental"}},
	"dnxhd":     {width: 1920, height: 1080, format: "yuv422p", extra: map[string]any{"b": "120M"}, frames: 2},
	"dv":        {width: 720, height: 576, format: "yuv420p"},
	"filmstrip": {format: "rgba"},
	"g722": {
		rate:     16000,
		channels: 1,
	}, "g723_1": {rate: 8000, channels: 1}, "g726": {rate: 8000, channels: 1}, "g726le": {rate: 8000, channels: 1},
	"gxf": {
		width:    720,
		height:   576,
		channels: 1,
	}, "h261": {width: 352, height: 288}, "h263": {width: 352, height: 288}, "ico": {frames: 1}, "mmf": {rate: 44100, channels: 1},
	"mlp": {
		extra: map[string]any{"strict": "experimental"},
	}, "truehd": {extra: map[string]any{"strict": "experimental"}}, "pdv": {extra: map[string]any{"strict": "experimental"}, options: map[string]any{"max_frames": 12}},
	"mxf_opatom": {
		width:  1920,
		height: 1080,
		format: "yuv422p",
		extra:  map[string]any{"b": "120M"},
		frames: 2,
		either: true,
	},
	"ogg": {video: "libvpx"}, "roq": {rate: 22050}, "rso": {channels: 1}, "spx": {audio: "flac"},
}

// unreadable are containers for which FFmpeg has no demuxer, or one that must be told what is
// inside.
var unreadable = map[string]string{
	"a64": "no demuxer", "asf_stream": "no demuxer for the chunks", "crc": "text", "framecrc": "text", "framehash": "text",
	"framemd5": "text", "hash": "text", "md5": "text",
	"streamhash": "text", "mkvtimestamp_v2": "text", "rawvideo": "has no header", "avm2": "no demuxer",
}

// unavailable are containers whose codecs FFmpeg cannot encode, or that carry neither pictures nor
// sound, or that need more than streams.
var unavailable = map[string]string{
	"ac4": "no encoder", "aea": "no encoder", "amr": "no encoder", "apv": "no encoder", "argo_cvg": "no encoder",
	"avs2": "no encoder", "avs3": "no encoder", "bit": "no encoder",
	"cavsvideo": "no encoder", "codec2": "no encoder", "codec2raw": "no encoder", "evc": "no encoder", "gsm": "no encoder",
	"ilbc": "no encoder", "lc3": "no encoder",
	"vc1": "no encoder", "vc1test": "no encoder", "vvc": "no encoder", "iamf": "needs stream groups",
	"oma": "no encoder", "mxf_d10": "needs 720 lines of IMX at a fixed rate",
	"rtp": "a network", "rtp_mpegts": "a network", "uncodedframecrc": "takes frames",
}

// sought are the containers that can only be written where one can seek.
var sought = map[string]bool{
	"aiff": true, "apm": true, "argo_asf": true, "avif": true, "ico": true, "kvag": true, "w64": true, "webp": true,
	"wsaud": true, "wtv": true, "film_cpk": true, "pdv": true, "amv": true, "gxf": true,
	"rso": true,
}

// unequal are containers that hold the name of their file, or (mxf) something of FFmpeg's own that
// changes each time.
var unequal = []string{"alp", "argo_asf", "gxf", "mxf"}

// encodeContainer encodes half a second of whatever the container carries.
func encodeContainer(t *testing.T, c astiavx.Container, out api.Output) (video, audio bool, err error) {
	t.Helper()
	return encodeWords(t, c, out, words{}, words{})
}

// words are the tags and the disposition of a stream.
type words struct {
	metadata    map[string]string
	disposition []string
}

// encodeWords encodes half a second of whatever the container carries, with words about the
// pictures and the sound.
func encodeWords(
	t *testing.T, c astiavx.Container, out api.Output, ofVideo, ofAudio words,
) (video, audio bool, err error) {
	t.Helper()
	ctx, enc, p := context.Background(), api.NewEncoder(), particulars[c.Name]
	var v *api.VideoStream
	var a *api.AudioStream
	canCarry := func(id astiav.CodecID) bool {
		can, known := container.Carries(c.Name, id)
		return id != astiav.CodecIDNone && (can || !known)
	}
	if canCarry(c.VideoCodec) {
		cfg := api.VideoConfig{
			Width:        64,
			Height:       64,
			FrameRate:    25,
			Codec:        p.video,
			PixelFormat:  p.format,
			InputFormat:  "gray",
			ExtraOptions: p.extra,
			Metadata:     ofVideo.metadata,
			Disposition:  ofVideo.disposition,
		}
		if p.width > 0 {
			cfg.Width, cfg.Height = p.width, p.height
		}
		v = addVideo(t, enc, cfg)
	}
	if canCarry(c.AudioCodec) && (v == nil || !p.either) {
		cfg := api.AudioConfig{
			SampleRate: 48000, NumChannels: 2, Codec: p.audio, ExtraOptions: p.sound,
			Metadata: ofAudio.metadata, Disposition: ofAudio.disposition,
		}
		if p.rate > 0 {
			cfg.OutSampleRate = p.rate
		}
		if p.channels > 0 {
			cfg.OutNumChannels = p.channels
		}
		if v == nil {
			cfg.ExtraOptions = p.extra
		}
		a = addAudio(t, enc, cfg)
	}
	defer func() { _ = enc.Abort(nil) }()
	if err := enc.Open(ctx, out); err != nil {
		return v != nil, a != nil, err
	}
	if v != nil {
		size, frames := 64*64, 12
		if p.width > 0 {
			size = p.width * p.height
		}
		if p.frames > 0 {
			frames = p.frames
		}
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, frames*size), Layout: api.Raw}), c.Name)
	}
	if a != nil {
		require.NoError(t, a.AddSamples(ctx, tone(2, 0, 24000)), c.Name)
	}
	require.NoError(t, enc.Close(), c.Name)
	return v != nil, a != nil, nil
}

// requireReadable decodes a file with the ffmpeg of the build that avloom is linked with, since the
// system's is older than some demuxers.
func requireReadable(t *testing.T, c astiavx.Container, path string, video, audio bool) {
	t.Helper()
	if unreadable[c.Name] != "" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.NotZero(t, info.Size())
		return
	}
	probe := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffprobe")
	args := []string{"-v", "error", "-count_frames", "-show_entries", "stream=codec_type,nb_read_frames", "-of", "csv=p=0"}
	if strings.HasPrefix(c.LongName, "PCM ") ||
		strings.HasPrefix(c.Name, "g726") { // which have neither header nor extension
		args = append(args, "-f", c.Name)
	}
	cmd := exec.Command(probe, append(args, path)...)
	var noise bytes.Buffer
	cmd.Stderr = &noise
	out, err := cmd.Output()
	assert.NoError(t, err, "%s: %s", path, noise.String())
	assert.Equal(t, video, strings.Contains(string(out), "video,"), "%s: %s", path, out)
	assert.Equal(t, audio, strings.Contains(string(out), "audio,"), "%s: %s", path, out)
	assert.NotContains(t, string(out), ",0\n", path)
}

// TestEveryContainer encodes into every container that FFmpeg writes to one file: to a file, to
// memory that can be sought, and front to back, which a container that cannot bear it refuses
// before anything is written.
func TestEveryContainer(t *testing.T) {
	mediatest.NoLeaks(t)
	noise := mediatest.StderrOf(t, func() {
		t.Run("all", func(t *testing.T) {
			for _, c := range astiavx.Containers() {
				if c.NoFile || c.VideoCodec == astiav.CodecIDNone && c.AudioCodec == astiav.CodecIDNone {
					continue
				}
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					testContainer(t, c)
				})
			}
		})
	})
	require.Empty(t, noise, "on stderr")
}

// testContainer encodes into a container to the three kinds of destinations.
func testContainer(t *testing.T, c astiavx.Container) {
	t.Helper()
	path := temporary(t, c.Name+"."+append(c.Extensions, "x")[0])
	more := api.FormatOptions(particulars[c.Name].options)
	video, audio, err := encodeContainer(t, c, api.File(path, api.Format(c.Name), more))
	if unavailable[c.Name] != "" {
		require.Error(t, err)
		require.NoFileExists(t, path)
		return
	}
	require.NoError(t, err)
	requireReadable(t, c, path, video, audio)
	var memory api.MemoryFile
	_, _, err = encodeContainer(t, c, api.Writer(&memory, c.Name, more))
	if c.Name == "film_cpk" {
		requireRefused(t, err, memory.Bytes())
	} else {
		require.NoError(t, err)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		if !slices.Contains(unequal, c.Name) {
			require.True(t, bytes.Equal(content, memory.Bytes()), "a file and a writer that can seek hold the same")
		}
	}
	var stream bytes.Buffer
	_, _, err = encodeContainer(t, c, api.Writer(&stream, c.Name, more))
	if sought[c.Name] {
		requireRefused(t, err, stream.Bytes())
		return
	}
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "streamed-"+filepath.Base(path))
	require.NoError(t, os.WriteFile(path, stream.Bytes(), 0o600))
	requireReadable(t, c, path, video, audio)
}

// requireRefused checks that Open refused an output, and left it alone.
func requireRefused(t *testing.T, err error, written []byte) {
	t.Helper()
	var config *api.ConfigError
	assert.True(t, errors.As(err, &config), "%v", err)
	assert.Empty(t, written)
}
