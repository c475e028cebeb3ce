package api_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

var update = flag.Bool("update", false, "write the golden files")

// refusal is a config that is wrong, found by AddVideo or AddAudio or else, where a format is
// given, by Open.
type refusal struct {
	name   string
	video  func(*api.VideoConfig)
	audio  func(*api.AudioConfig)
	second func(*api.VideoConfig) // another stream; nil: none
	format string                 // of the container that it is opened for; "": it is refused before
	field  string                 // to blame
}

// with sets an option of a video stream.
func with(key string, value any) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.ExtraOptions = map[string]any{key: value} }
}

// with2 sets an option of a video stream of another encoder.
func with2(codec, key string, value any) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Codec, c.ExtraOptions = codec, map[string]any{key: value} }
}

func withAudio(codec, key string, value any) func(*api.AudioConfig) {
	return func(c *api.AudioConfig) { c.Codec, c.ExtraOptions = codec, map[string]any{key: value} }
}

func crf(codec string, value float64) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Codec, c.CRF = codec, &value }
}

func preset(codec, name string) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Codec, c.Preset = codec, name }
}

// run returns the error, and says who found it.
func (r refusal) run(t *testing.T) error {
	t.Helper()
	enc := api.NewEncoder()
	var err error
	if r.video != nil {
		cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libx264"}
		r.video(&cfg)
		_, err = enc.AddVideo(cfg)
		if r.second != nil {
			r.second(&cfg)
			addVideo(t, enc, cfg)
		}
	} else {
		cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"}
		r.audio(&cfg)
		_, err = enc.AddAudio(cfg)
	}
	if r.format == "" {
		return err
	}
	require.NoError(t, err, "%s: is for Open to find", r.name)
	var memory api.MemoryFile
	err = enc.OpenWriter(context.Background(), &memory, r.format)
	_ = enc.Abort(nil) // does nothing unless it opened
	require.Empty(t, memory.Bytes(), r.name)
	return err
}

func refusals() []refusal {
	var all []refusal
	for _, list := range [][]refusal{videoRefusals(), colorRefusals(), optionRefusals(), nestedRefusals(), openRefusals(), audioRefusals(), scaleRefusals(), rateControlRefusals(), rateRefusals(), pictureRefusals(), wordRefusals()} {
		all = append(all, list...)
	}
	return all
}

// outputs are what is wrong with where to write.
var outputs = []struct {
	name, field string
	output      func(dir string) api.Output
}{
	{"path without an extension", "path", func(string) api.Output { return api.File("out") }},
	{"path with an unknown extension", "path", func(string) api.Output { return api.File("out.mp5") }},
	{"path that names several files", "path", func(string) api.Output { return api.File("out.m3u8") }},
	{"path empty", "path", func(string) api.Output { return api.File("") }},
	{"path with NUL", "path", func(string) api.Output { return api.File("a.mp4\x00.exe") }},
	{"writer nil", "w", func(string) api.Output { return api.Writer(nil, "mp4") }},
	{"writer that is a nil pointer", "w", func(string) api.Output { return api.Writer((*os.File)(nil), "mp4") }},
	{"URL empty", "url", func(string) api.Output { return api.URL("") }},
	{"URL that is a path", "url", func(string) api.Output { return api.URL("/tmp/x.mp4") }},
	{"URL of a file", "url", func(string) api.Output { return api.URL("file:///tmp/x.mp4") }},
	{"URL of a descriptor", "url", func(string) api.Output { return api.URL("pipe:1") }},
	{"URL of several files", "url", func(string) api.Output { return api.URL("tee:a|b") }},
	{
		"URL of a protocol that needs a muxer",
		"url",
		func(string) api.Output { return api.URL("rtsp://user:secret@host/x") },
	},
	{
		"URL of a protocol that does not hear how it ended",
		"url",
		func(string) api.Output { return api.URL("ftp://user:secret@host/x.mp4") },
	},
	{"URL of a protocol that is unknown", "url", func(string) api.Output { return api.URL("rmtp://host/live/secret") }},
	{"URL of nested protocols", "url", func(string) api.Output { return api.URL("crypto+file:x.mp4") }},
	{"URL without a host", "url", func(string) api.Output { return api.URL("http:x.mp4") }},
	{"URL with a line break", "url", func(string) api.Output { return api.URL("http://host/x.mp4\r\nHost: other") }},
	{"URL with NUL", "url", func(string) api.Output { return api.URL("http://user:secret@host/x.mp4\x00.exe") }},
	{
		"URL of a playlist",
		"url",
		func(string) api.Output { return api.URL("http://user:secret@host/live.m3u8?token=secret") },
	},
	{
		"format that RTMP does not carry",
		"Format",
		func(string) api.Output { return api.URL("rtmp://host/live/secret", api.Format("mpegts")) },
	},
	{
		"faststart over a network",
		"Faststart",
		func(string) api.Output { return api.URL("http://host/x.mp4?secret", api.Faststart()) },
	},
	{"option that the protocol does not know", "FormatOptions[tcp_nodely]", func(string) api.Output {
		return api.URL("tcp://host/x.mp4", api.Format("mp4"), api.FormatOptions(map[string]any{"tcp_nodely": 1}))
	}},
	{"option of the protocol with a bad value", "FormatOptions[listen]", func(string) api.Output {
		return api.URL("tcp://host", api.FormatOptions(map[string]any{"listen": 3}))
	}},
	{"option of FFmpeg as a duration", "FormatOptions[latency]", func(string) api.Output {
		return api.URL("srt://host:9000", api.FormatOptions(map[string]any{"latency": time.Second}))
	}},
	{"URL of HTTP that names no host", "url", func(string) api.Output { return api.URL("http://user:secret@/x.mp4") }},
	{
		"URL of HTTP that cannot be read",
		"url",
		func(string) api.Output { return api.URL("https://user:secret%zz@host/x.mp4") },
	},
	{"HTTP, listening", "FormatOptions[listen]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"listen": 1}))
	}},
	{"HTTP, an option of FFmpeg's", "FormatOptions[chunked_post]", func(string) api.Output {
		return api.URL("https://host/x.mp4", api.FormatOptions(map[string]any{"chunked_post": false}))
	}},
	{"HTTP, an option of what lies below FFmpeg's", "FormatOptions[tcp_nodelay]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"tcp_nodelay": true}))
	}},
	{"HTTP, an option that there is not", "FormatOptions[contenttype]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"contenttype": "a/b"}))
	}},
	{"HTTP, a method that uploads nothing", "FormatOptions[method]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"method": "GET"}))
	}},
	{"HTTP, headers that are none", "FormatOptions[headers]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"headers": "secret"}))
	}},
	{"HTTP, a header that follows from the upload", "FormatOptions[headers]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"headers": "Content-Length: 5"}))
	}},
	{"HTTP, a timeout that is none", "FormatOptions[timeout]", func(string) api.Output {
		return api.URL("http://host/x.mp4", api.FormatOptions(map[string]any{"timeout": "soon"}))
	}},
	{"HTTP, a header said twice", "FormatOptions[content_type]", func(string) api.Output {
		return api.URL(
			"http://host/x.mp4",
			api.FormatOptions(map[string]any{"headers": "Content-Type: a/b", "content_type": "a/b"}),
		)
	}},
	{"HTTP, certificates that are not there", "FormatOptions[ca_file]", func(string) api.Output {
		return api.URL("https://host/x.mp4", api.FormatOptions(map[string]any{"ca_file": "/nowhere/ca.pem"}))
	}},
	{"option of the protocol that is no number", "FormatOptions[rw_timeout]", func(string) api.Output {
		return api.URL("udp://host", api.FormatOptions(map[string]any{"rw_timeout": "soon"}))
	}},
	{"BestEffort of all outputs", "BestEffort", func(string) api.Output { return api.File("out.mp4", api.BestEffort()) }},
	{"Reconnect of all outputs", "Reconnect", func(string) api.Output {
		return api.URL("tcp://user:secret@host:1", api.Reconnect(time.Second, time.Minute))
	}},
	{"Reconnect of a file", "Reconnect", func(string) api.Output {
		return api.File("out.mp4", api.Reconnect(time.Second, time.Minute))
	}},
	{"Reconnect of a writer", "Reconnect", func(string) api.Output {
		return api.Writer(io.Discard, "mp4", api.Reconnect(time.Second, time.Minute))
	}},
	{"Reconnect without a wait", "Reconnect", func(string) api.Output {
		return api.URL("tcp://host:1", api.Reconnect(0, time.Minute))
	}},
	{"Reconnect with waits that become shorter", "Reconnect", func(string) api.Output {
		return api.URL("tcp://host:1", api.Reconnect(time.Minute, time.Second))
	}},
	{"option of a protocol for a file", "FormatOptions[listen]", func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"listen": 1}))
	}},
	{"format unknown", "Format", func(string) api.Output { return api.Writer(io.Discard, "matroksa") }},
	{"format empty", "Format", func(string) api.Output { return api.Writer(io.Discard, "") }},
	{"format of several files", "Format", func(string) api.Output { return api.Writer(io.Discard, "hls") }},
	{"format that is a network's", "Format", func(string) api.Output { return api.Writer(io.Discard, "rtp") }},
	{
		"metadata without a name",
		"Metadata[]",
		func(string) api.Output { return api.File("out.mp4", api.Metadata(map[string]string{"": "x"})) },
	},
	{"metadata name with NUL", "Metadata", func(string) api.Output {
		return api.File("out.mp4", api.Metadata(map[string]string{"a\x00b": "x"}))
	}},
	{"metadata with NUL", "Metadata[title]", func(string) api.Output {
		return api.File("out.mp4", api.Metadata(map[string]string{"title": "a\x00b"}))
	}},
	{"pictures in a container of sound", "Codec", func(string) api.Output { return api.Writer(io.Discard, "flac") }},
	{
		"faststart in memory",
		"Faststart",
		func(string) api.Output { return api.Writer(new(api.MemoryFile), "mp4", api.Faststart()) },
	},
	{"option that reads the file again, in memory", "FormatOptions[movflags]", func(string) api.Output {
		return api.Writer(new(api.MemoryFile), "mp4", api.FormatOptions(map[string]any{"movflags": "+faststart"}))
	}},
	{"format option unknown", "FormatOptions[movflag]", func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"movflag": "faststart"}))
	}},
	{"format option of another container", "FormatOptions[cluster_time_limit]", func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"cluster_time_limit": 5}))
	}},
	{"format option that is no flag", "FormatOptions[movflags]", func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"movflags": "+faststrat"}))
	}},
	{"format option out of range", "FormatOptions[frag_duration]", func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"frag_duration": -5}))
	}},
	{"format option with NUL", `FormatOptions[brand]`, func(string) api.Output {
		return api.File("out.mp4", api.FormatOptions(map[string]any{"brand": "iso\x005"}))
	}},
}

// TestErrorTexts renders every error about a config into one file, to be read as a user would.
func TestErrorTexts(t *testing.T) {
	mediatest.NoLeaks(t)
	var text strings.Builder
	note := func(name, field string, err error) {
		var e *api.ConfigError
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, field, e.Field, "%s: %v", name, err)
		assert.NotContains(t, err.Error(), "\x00")
		fmt.Fprintf(&text, "%s\n\t%s\n", name, longList.ReplaceAllString(err.Error(), "$1, and more)"))
	}
	noise := mediatest.StderrOf(t, func() {
		noteWrongPictures(t, note)
		noteLostAlpha(t, note)
		noteWrongSound(t, note)
		noteWrongTimes(t, note)
		noteWrongFolders(t, note)
		noteWrongOrders(t, note)
		for _, r := range refusals() {
			note(r.name, r.field, r.run(t))
		}
		for _, o := range outputs {
			enc := api.NewEncoder()
			_, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4"})
			require.NoError(t, err)
			note(o.name, o.field, enc.Open(context.Background(), o.output(t.TempDir())))
			require.NoError(t, enc.Close())
		}
		noteWrongAdded(t, note)
		noteWrongTwoPasses(t, note)
		noteWrongFilms(t, note)
		noteWrongPlans(t, note)
		noteWrongExtras(t, note)
		noteWrongSubtitles(t, note)
	})
	golden := filepath.Join("testdata", "errors.golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String())
	require.Empty(t, noise, "on stderr")
}

// longList is a list that is not shown to its end, which is another with each version of FFmpeg.
var longList = regexp.MustCompile(`(\(supported(?:[:,] [^,]+){10}), .* and \d+ more\)`)

func TestBadConfigLeavesTheFileAlone(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "kept.mp4")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o644))
	for _, r := range refusals() {
		if r.format == "" {
			continue
		}
		enc := api.NewEncoder()
		if r.video != nil {
			cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libx264"}
			r.video(&cfg)
			addVideo(t, enc, cfg)
			if r.second != nil {
				r.second(&cfg)
				addVideo(t, enc, cfg)
			}
		} else {
			cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"}
			r.audio(&cfg)
			addAudio(t, enc, cfg)
		}
		require.Error(t, enc.OpenFile(context.Background(), path, api.Format(r.format)), r.name)
		require.NoError(t, enc.Close())
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "precious", string(content), r.name)
	}
}

func TestFailedOpenCanBeTriedAgain(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	require.Error(t, enc.OpenWriter(context.Background(), io.Discard, "ogg"))
	path := temporary(t, "second.mp4")
	require.NoError(t, enc.OpenFile(context.Background(), path))
	addNumbered(t, v, 0, 5)
	require.NoError(t, enc.Close())
	require.Equal(t, counting(5), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
}

// openRefusals are found by Open, when the container is known.
func openRefusals() []refusal {
	set := func(change func(*api.VideoConfig)) func(*api.VideoConfig) { return change }
	return []refusal{
		{name: "container cannot carry the codec", format: "webm", field: "Codec", video: set(func(*api.VideoConfig) {})},
		{
			name:   "container would make the pixels unreadable",
			format: "avi",
			field:  "PixelFormat",
			video: set(func(c *api.VideoConfig) {
				c.Codec, c.PixelFormat = "rawvideo", "rgb24"
			}),
		},
		{
			name:   "container would make the codec unreadable",
			format: "ts",
			field:  "Codec",
			video:  set(func(c *api.VideoConfig) { c.Codec = "ffv1" }),
		},
		{
			name:   "container has no video",
			format: "wav",
			field:  "Codec",
			video:  set(func(c *api.VideoConfig) { c.Codec = "" }),
		},
		{name: "container's codec has no crf", format: "avi", field: "CRF", video: crf("", 20)},
		{
			name:   "container's codec has no such option",
			format: "mkv",
			field:  "ExtraOptions[speed]",
			video:  with2("", "speed", 5),
		},
		{
			name:   "option of another container",
			format: "matroska",
			field:  "ExtraOptions[movflags]",
			video:  with("movflags", "+faststart"),
		},
		{
			name:   "option of the container out of range",
			format: "mkv",
			field:  "ExtraOptions[cluster_time_limit]",
			video:  with("cluster_time_limit", -5),
		},
		{
			name:   "option of the container for two streams",
			format: "mp4",
			field:  "ExtraOptions[frag_duration]",
			video:  with("frag_duration", 5),
			second: with("frag_duration", 6),
		},
		{
			name:   "codec is experimental",
			format: "mov",
			field:  "Codec",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "avui", 720, 576 }),
		},
		{
			name:   "codec does not encode the rate",
			format: "mpeg",
			field:  "FrameRate",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.FrameRate = "mpeg2video", 33 }),
		},
		{
			name:   "codec does not encode the size",
			format: "avi",
			field:  "Width",
			video:  set(func(c *api.VideoConfig) { c.Codec = "h261" }),
		},
		{
			name:   "codec of one size",
			format: "image2pipe",
			field:  "Width",
			video:  set(func(c *api.VideoConfig) { c.Codec = "xface" }),
		},
		{
			name:   "codec of more than a pixel",
			format: "avi",
			field:  "Width",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "snow", 2, 2 }),
		},
		{
			name:   "pixel format that the encoder only names",
			format: "mkv",
			field:  "PixelFormat",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.PixelFormat = "libvpx-vp9", "yuva422p" }),
		},
		{
			name:   "codec of a few bit rates",
			format: "mov",
			field:  "Codec",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "dnxhd", 1920, 1080 }),
		},
		{
			name:   "codec needs a larger height",
			format: "mkv",
			field:  "Height",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "libx265", 1920, 8 }),
		},
		{
			name:   "codec needs a multiple",
			format: "avi",
			field:  "Width",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "cinepak", 66, 64 }),
		},
		{
			name:   "codec needs a larger size",
			format: "mkv",
			field:  "Width",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Width, c.Height = "libx265", 8, 8 }),
		},
		{
			name:   "codec does not take so many threads",
			format: "avi",
			field:  "Threads",
			video:  set(func(c *api.VideoConfig) { c.Codec, c.Threads = "png", 500 }),
		},
		{
			name:   "option that the encoder refuses",
			format: "mkv",
			field:  "ExtraOptions[qmin]",
			video:  with2("mpeg4", "qmin", 60),
		},
		{
			name:   "parameter misspelt of libaom",
			format: "mkv",
			field:  "ExtraOptions[aom-params]",
			video:  with2("libaom-av1", "aom-params", "cpu-used=8:cq-levl=5"),
		},
		{
			name:   "parameter out of range of libaom",
			format: "mkv",
			field:  "ExtraOptions[aom-params]",
			video:  with2("libaom-av1", "aom-params", "cpu-used=8:max-partition-size=1"),
		},
	}
}

func audioRefusals() []refusal {
	set := func(change func(*api.AudioConfig)) func(*api.AudioConfig) { return change }
	return []refusal{
		{name: "sample rate missing", field: "SampleRate", audio: set(func(c *api.AudioConfig) { c.SampleRate = 0 })},
		{name: "sample rate huge", field: "SampleRate", audio: set(func(c *api.AudioConfig) { c.SampleRate = 1 << 30 })},
		{
			name:  "out sample rate negative",
			field: "OutSampleRate",
			audio: set(func(c *api.AudioConfig) { c.OutSampleRate = -1 }),
		},
		{name: "channels missing", field: "NumChannels", audio: set(func(c *api.AudioConfig) { c.NumChannels = 0 })},
		{name: "channels too many", field: "NumChannels", audio: set(func(c *api.AudioConfig) { c.NumChannels = 65 })},
		{
			name:  "out channels negative",
			field: "OutNumChannels",
			audio: set(func(c *api.AudioConfig) { c.OutNumChannels = -1 }),
		},
		{name: "bit rate negative", field: "BitRate", audio: set(func(c *api.AudioConfig) { c.BitRate = -1 })},
		{
			name:  "sample rate not of the codec",
			field: "SampleRate",
			audio: set(func(c *api.AudioConfig) { c.Codec, c.SampleRate = "libopus", 44100 }),
		},
		{
			name:  "out sample rate not of the codec",
			field: "OutSampleRate",
			audio: set(func(c *api.AudioConfig) { c.OutSampleRate = 12345 }),
		},
		{
			name:  "channels not of the codec",
			field: "NumChannels",
			audio: set(func(c *api.AudioConfig) { c.Codec, c.NumChannels = "libmp3lame", 6 }),
		},
		{
			name:  "out channels not of the codec",
			field: "OutNumChannels",
			audio: set(func(c *api.AudioConfig) { c.Codec, c.NumChannels, c.OutNumChannels = "g722", 1, 2 }),
		},
		{name: "audio codec unknown", field: "Codec", audio: set(func(c *api.AudioConfig) { c.Codec = "libmp3lane" })},
		{name: "audio codec of pictures", field: "Codec", audio: set(func(c *api.AudioConfig) { c.Codec = "h264" })},
		{name: "audio codec with NUL", field: "Codec", audio: set(func(c *api.AudioConfig) { c.Codec = "aac\x00" })},
		{name: "audio option unknown", field: "ExtraOptions[aac_codr]", audio: withAudio("aac", "aac_codr", "fast")},
		{
			name:  "audio option with no such name",
			field: "ExtraOptions[application]",
			audio: withAudio("libopus", "application", "music"),
		},
		{name: "audio option of a field", field: "ExtraOptions[ar]", audio: withAudio("aac", "ar", 44100)},
		{name: "frame size", field: "ExtraOptions[frame_size]", audio: withAudio("libopus", "frame_size", 960)},
		{name: "sample format unknown", field: "ExtraOptions[sample_fmt]", audio: withAudio("flac", "sample_fmt", "s24")},
		{name: "audio bit rate twice", field: "ExtraOptions[b]", audio: set(func(c *api.AudioConfig) {
			c.BitRate, c.ExtraOptions = 64000, map[string]any{"b": 64000}
		})},
		{
			name:   "audio codec is experimental",
			format: "mkv",
			field:  "Codec",
			audio:  set(func(c *api.AudioConfig) { c.Codec = "dca" }),
		},
		{
			name:   "container cannot carry the audio codec",
			format: "mp3",
			field:  "Codec",
			audio:  set(func(*api.AudioConfig) {}),
		},
		{
			name:   "sample rate not of a telephone",
			format: "wav",
			field:  "SampleRate",
			audio:  set(func(c *api.AudioConfig) { c.Codec, c.NumChannels = "g726", 1 }),
		},
		{
			name:   "channels not of a telephone",
			format: "wav",
			field:  "NumChannels",
			audio:  set(func(c *api.AudioConfig) { c.Codec, c.SampleRate = "g726", 8000 }),
		},
		{
			name:   "neither of a telephone",
			format: "wav",
			field:  "NumChannels",
			audio:  set(func(c *api.AudioConfig) { c.Codec = "g726" }),
		},
	}
}

func nestedRefusals() []refusal {
	return []refusal{
		{name: "parameter unknown to x264", field: "ExtraOptions[x264-params]", video: with("x264-params", "nonsense=3")},
		{
			name:  "parameter misspelt for x264",
			field: "ExtraOptions[x264-params]",
			video: with("x264-params", "ref=3:bfrmaes=2"),
		},
		{
			name:  "parameter with a bad value for x264",
			field: "ExtraOptions[x264-params]",
			video: with("x264-params", "me=sideways"),
		},
		{name: "parameter out of range of x264", field: "ExtraOptions[x264-params]", video: with("x264-params", "crf=1000")},
		{name: "parameter below what 10 bits have", field: "ExtraOptions[x264-params]", video: func(c *api.VideoConfig) {
			c.PixelFormat, c.ExtraOptions = "yuv420p10le", map[string]any{"x264-params": "crf=-12.5"}
		}},
		{name: "parameter below what 8 bits have", field: "ExtraOptions[x264-params]", video: with("x264-params", "crf=-12")},
		{name: "parameters without a value", field: "ExtraOptions[x264-params]", video: with("x264-params", "cabac")},
		{name: "parameter twice", field: "ExtraOptions[x264-params]", video: with("x264-params", "ref=3:ref=4")},
		{name: "parameter of a field", field: "ExtraOptions[x264-params]", video: with("x264-params", "colormatrix=bt709")},
		{name: "parameter and field", field: "ExtraOptions[x264-params]", video: func(c *api.VideoConfig) {
			crf("libx264", 20)(c)
			c.ExtraOptions = map[string]any{"x264-params": "crf=20"}
		}},
		{name: "parameter and option", field: "ExtraOptions[x264-params]", video: func(c *api.VideoConfig) {
			c.ExtraOptions = map[string]any{"x264-params": "keyint=20", "g": 20}
		}},
		{name: "parameter of x264opts", field: "ExtraOptions[x264opts]", video: with("x264opts", "no-mbtree:nonsense")},
		{
			name:  "parameter unknown to x265",
			field: "ExtraOptions[x265-params]",
			video: with2("libx265", "x265-params", "nonsense=3"),
		},
		{
			name:  "parameter that the container decides",
			field: "ExtraOptions[x265-params]",
			video: with2("libx265", "x265-params", "no-annexb=1"),
		},
		{
			name:  "parameter with a bad value for x265",
			field: "ExtraOptions[x265-params]",
			video: with2("libx265", "x265-params", "bframes=many"),
		},
		{name: "threads of x265 twice", field: "ExtraOptions[x265-params]", video: func(c *api.VideoConfig) {
			c.Codec, c.Threads, c.ExtraOptions = "libx265", 2, map[string]any{"x265-params": "pools=1"}
		}},
		{
			name:  "parameter unknown to SVT-AV1",
			field: "ExtraOptions[svtav1-params]",
			video: with2("libsvtav1", "svtav1-params", "nonsense=3"),
		},
		{
			name:  "parameter with a bad value for SVT-AV1",
			field: "ExtraOptions[svtav1-params]",
			video: with2("libsvtav1", "svtav1-params", "tune=film"),
		},
		{
			name:  "parameter that SVT-AV1 would read for ever",
			field: "ExtraOptions[svtav1-params]",
			video: with2("libsvtav1", "svtav1-params", "mastering-display=1"),
		},
		{name: "threads of SVT-AV1 twice", field: "ExtraOptions[svtav1-params]", video: func(c *api.VideoConfig) {
			c.Codec, c.Threads, c.ExtraOptions = "libsvtav1", 2, map[string]any{"svtav1-params": "lp=2"}
		}},
		{name: "HDR and a parameter of x265", field: "ExtraOptions[x265-params]", video: func(c *api.VideoConfig) {
			c.Codec, c.HDR, c.ExtraOptions = "libx265", display(), map[string]any{"x265-params": "max-cll=1000,400"}
		}},
		{name: "HDR and a parameter of x264", field: "ExtraOptions[x264-params]", video: func(c *api.VideoConfig) {
			c.HDR, c.ExtraOptions = display(), map[string]any{"x264-params": "cll=1000,400"}
		}},
		{name: "HDR and a parameter of SVT-AV1", field: "ExtraOptions[svtav1-params]", video: func(c *api.VideoConfig) {
			c.Codec, c.HDR, c.ExtraOptions = "libsvtav1", display(), map[string]any{"svtav1-params": "content-light=1000,400"}
		}},
		{name: "Stereo and a parameter", field: "ExtraOptions[x264-params]", video: func(c *api.VideoConfig) {
			c.Stereo, c.ExtraOptions = "top-bottom", map[string]any{"x264-params": "frame-packing=3"}
		}},
		{
			name:  "parameter unknown to libvpx",
			field: "ExtraOptions[ts-parameters]",
			video: with2("libvpx-vp9", "ts-parameters", "ts_number_layer=1"),
		},
	}
}
