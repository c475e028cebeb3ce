package api_test

import (
	"context"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// Text that C would read otherwise.
const (
	cut     = "libx264\x00.exe"
	notUTF8 = "\xff\xfe\x80"
)

var enormous, long = strings.Repeat("x", 1<<20), strings.Repeat("x", 60_000)

// hostileVideo are values of VideoConfig that no encoder can take, and the field to blame.
var hostileVideo = map[string]struct {
	field string
	set   func(*api.VideoConfig)
}{
	"no size":                {"Width", func(c *api.VideoConfig) { c.Width, c.Height = 0, 0 }},
	"negative size":          {"Height", func(c *api.VideoConfig) { c.Height = -64 }},
	"size that overflows":    {"Width", func(c *api.VideoConfig) { c.Width, c.Height = 1<<20, 1<<20 }},
	"size of 32 bits":        {"Width", func(c *api.VideoConfig) { c.Width, c.Height = 1<<32+64, 1<<32+64 }},
	"size that is all":       {"Width", func(c *api.VideoConfig) { c.Width, c.Height = math.MaxInt, math.MaxInt }},
	"height that is all":     {"Height", func(c *api.VideoConfig) { c.Height = math.MaxInt }},
	"size that is least":     {"Width", func(c *api.VideoConfig) { c.Width = math.MinInt }},
	"product that wraps":     {"Height", func(c *api.VideoConfig) { c.Width, c.Height = 1<<16, 1<<48 }},
	"no rate":                {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = 0 }},
	"negative rate":          {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = -30 }},
	"rate NaN":               {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = math.NaN() }},
	"rate infinite":          {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = math.Inf(1) }},
	"rate negative infinite": {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = math.Inf(-1) }},
	"rate denormal":          {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = math.SmallestNonzeroFloat64 }},
	"rate huge":              {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = math.MaxFloat64 }},
	"rate of 32 bits":        {"FrameRate", func(c *api.VideoConfig) { c.FrameRate = 1 << 32 }},
	"codec with NUL":         {"Codec", func(c *api.VideoConfig) { c.Codec = cut }},
	"codec not UTF-8":        {"Codec", func(c *api.VideoConfig) { c.Codec = notUTF8 }},
	"codec enormous":         {"Codec", func(c *api.VideoConfig) { c.Codec = enormous }},
	"format with NUL":        {"PixelFormat", func(c *api.VideoConfig) { c.PixelFormat = "yuv420p\x00" }},
	"format enormous":        {"PixelFormat", func(c *api.VideoConfig) { c.PixelFormat = enormous }},
	"input not UTF-8":        {"InputFormat", func(c *api.VideoConfig) { c.InputFormat = notUTF8 }},
	"input of no pixels":     {"InputFormat", func(c *api.VideoConfig) { c.InputFormat = "vaapi" }},
	"device with NUL":        {"Device", func(c *api.VideoConfig) { c.Device = "cpu\x00" }},
	"device of no number":    {"Device", func(c *api.VideoConfig) { c.Device = "cuda:99999999999999999999" }},
	"device enormous":        {"Device", func(c *api.VideoConfig) { c.Device = enormous }},
	"preset with NUL":        {"Preset", func(c *api.VideoConfig) { c.Preset = "fast\x00er" }},
	"preset enormous":        {"Preset", func(c *api.VideoConfig) { c.Preset = enormous }},
	"CRF NaN":                {"CRF", crf("libx264", math.NaN())},
	"CRF infinite":           {"CRF", crf("libx264", math.Inf(-1))},
	"CRF huge":               {"CRF", crf("libx264", math.MaxFloat64)},
	"matrix not UTF-8":       {"ColorSpace", func(c *api.VideoConfig) { c.ColorSpace = notUTF8 }},
	"range enormous":         {"ColorRange", func(c *api.VideoConfig) { c.ColorRange = enormous }},
	"primaries with NUL":     {"ColorPrimaries", func(c *api.VideoConfig) { c.ColorPrimaries = "bt709\x00" }},
	"transfer a number":      {"ColorTransfer", func(c *api.VideoConfig) { c.ColorTransfer = "999999999999" }},
	"odd size of no name":    {"OddSize", func(c *api.VideoConfig) { c.OddSize = math.MaxInt }},
	"threads negative":       {"Threads", func(c *api.VideoConfig) { c.Threads = math.MinInt }},
	"threads all":            {"Threads", func(c *api.VideoConfig) { c.Threads = math.MaxInt }},
	"threads of 32 bits":     {"Threads", func(c *api.VideoConfig) { c.Threads = 1<<32 + 1 }},
	"threads by option":      {"ExtraOptions[threads]", with("threads", uint64(math.MaxUint64))},
	"option without a name":  {"ExtraOptions[]", with("", 1)},
	"option not UTF-8":       {`ExtraOptions[\xff\xfe\x80]`, with(notUTF8, 1)},
	"option with NUL":        {`ExtraOptions[qp\x00]`, with("qp\x00", 1)},
	"option enormous":        {"ExtraOptions[" + enormous[:80] + "…]", with(enormous, 1)},
	"value with NUL":         {"ExtraOptions[tune]", with("tune", "film\x00")},
	"value not UTF-8":        {"ExtraOptions[tune]", with("tune", notUTF8)},
	"value enormous":         {"ExtraOptions[tune]", with("tune", enormous)},
	"number enormous":        {"ExtraOptions[g]", with("g", strings.Repeat("9", 1<<20))},
	"expression enormous":    {"ExtraOptions[g]", with("g", strings.Repeat("(", 1<<20))},
	"flags enormous":         {"ExtraOptions[flags]", with("flags", strings.Repeat("+qscale", 1<<17))},
	"value NaN":              {"ExtraOptions[g]", with("g", math.NaN())},
	"value infinite":         {"ExtraOptions[g]", with("g", math.Inf(1))},
	"value of 64 bits":       {"ExtraOptions[g]", with("g", int64(1)<<40)},
	"value nil":              {"ExtraOptions[g]", with("g", nil)},
	"value that is a func":   {"ExtraOptions[g]", with("g", func() {})},
	"value that is itself":   {"ExtraOptions[g]", with("g", cyclic())},
	"parameters enormous":    {"ExtraOptions[x264-params]", with("x264-params", enormous)},
	"parameters many":        {"ExtraOptions[x264-params]", with("x264-params", strings.Repeat("ref=3:", 1<<17)+"ref=3")},
	"parameters of zones": {
		"ExtraOptions[x264-params]",
		with("x264-params", "zones="+strings.Repeat("0,1,q=20/", 1<<17)),
	},
	"parameter long":         {"ExtraOptions[x264-params]", with("x264-params", long+"=1")},
	"parameter's value long": {"ExtraOptions[x264-params]", with("x264-params", "me="+long)},
	"parameter without end":  {"ExtraOptions[x264-params]", with("x264-params", long)},
	"option long":            {"ExtraOptions[tune]", with("tune", long)},
	"name long":              {"ExtraOptions[" + long[:80] + "…]", with(long, long)},
	"number long":            {"ExtraOptions[g]", with("g", strings.Repeat("9", len(long)))},
	"expression long":        {"ExtraOptions[g]", with("g", strings.Repeat("(", len(long)))},
	"sum long":               {"ExtraOptions[g]", with("g", strings.Repeat("1+", len(long)/2))},
	"parameters of x265":     {"ExtraOptions[x265-params]", with2("libx265", "x265-params", long+"=1")},
	"parameters of SVT-AV1":  {"ExtraOptions[svtav1-params]", with2("libsvtav1", "svtav1-params", "preset="+long)},
	"parameters of libvpx":   {"ExtraOptions[ts-parameters]", with2("libvpx-vp9", "ts-parameters", long+"=1")},
	"parameters cut":         {"ExtraOptions[x264-params]", with("x264-params", "ref=3\x00:crf=20")},
	"opts enormous":          {"ExtraOptions[x264opts]", with("x264opts", strings.Repeat(":", 1<<20))},
	"quotes enormous":        {"ExtraOptions[x264-params]", with("x264-params", "ref="+strings.Repeat("'", 1<<20))},
}

func cyclic() any {
	m := map[string]any{}
	m["m"] = m
	return m
}

// hostileAudio are values of AudioConfig that no encoder can take.
var hostileAudio = map[string]struct {
	field string
	set   func(*api.AudioConfig)
}{
	"no rate":            {"SampleRate", func(c *api.AudioConfig) { c.SampleRate = 0 }},
	"negative rate":      {"SampleRate", func(c *api.AudioConfig) { c.SampleRate = math.MinInt }},
	"rate that is all":   {"SampleRate", func(c *api.AudioConfig) { c.SampleRate = math.MaxInt }},
	"rate of 32 bits":    {"SampleRate", func(c *api.AudioConfig) { c.SampleRate = 1<<32 + 48000 }},
	"out rate":           {"OutSampleRate", func(c *api.AudioConfig) { c.OutSampleRate = math.MaxInt }},
	"no channels":        {"NumChannels", func(c *api.AudioConfig) { c.NumChannels = 0 }},
	"channels all":       {"NumChannels", func(c *api.AudioConfig) { c.NumChannels = math.MaxInt }},
	"channels 65":        {"NumChannels", func(c *api.AudioConfig) { c.NumChannels = 65 }},
	"out channels":       {"OutNumChannels", func(c *api.AudioConfig) { c.OutNumChannels = -1 }},
	"negative bit rate":  {"BitRate", func(c *api.AudioConfig) { c.BitRate = math.MinInt64 }},
	"codec with NUL":     {"Codec", func(c *api.AudioConfig) { c.Codec = "aac\x00" }},
	"codec enormous":     {"Codec", func(c *api.AudioConfig) { c.Codec = enormous }},
	"format with NUL":    {"ExtraOptions[sample_fmt]", withAudio("flac", "sample_fmt", "s16\x00")},
	"format enormous":    {"ExtraOptions[sample_fmt]", withAudio("flac", "sample_fmt", enormous)},
	"option enormous":    {"ExtraOptions[aac_coder]", withAudio("aac", "aac_coder", enormous)},
	"option with NUL":    {`ExtraOptions[a\x00b]`, withAudio("aac", "a\x00b", 1)},
	"option that is NaN": {"ExtraOptions[b]", withAudio("aac", "b", math.NaN())},
}

// requireBlamed checks that an error names the field, in a text that one can read.
func requireBlamed(t *testing.T, field string, err error) {
	t.Helper()
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	require.Equal(t, field, config.Field, "%v", err)
	require.Less(t, len(err.Error()), 4096)
	require.NotContains(t, err.Error(), "\x00")
}

func TestHostileConfigs(t *testing.T) {
	mediatest.NoLeaks(t)
	noise := mediatest.StderrOf(t, func() {
		for name, c := range hostileVideo {
			t.Run("video: "+name, func(t *testing.T) {
				cfg := numberedVideo()
				cfg.Preset = ""
				c.set(&cfg)
				_, err := api.NewEncoder().AddVideo(cfg)
				requireBlamed(t, c.field, err)
			})
		}
		for name, c := range hostileAudio {
			t.Run("audio: "+name, func(t *testing.T) {
				cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"}
				c.set(&cfg)
				_, err := api.NewEncoder().AddAudio(cfg)
				requireBlamed(t, c.field, err)
			})
		}
	})
	require.Empty(t, noise, "on stderr")
}

func TestHostileOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	tagged := func(key, value string) api.Output {
		return api.Writer(new(api.MemoryFile), "mp4", api.Metadata(map[string]string{key: value}))
	}
	option := func(key string, value any) api.Output {
		return api.Writer(new(api.MemoryFile), "mp4", api.FormatOptions(map[string]any{key: value}))
	}
	for name, c := range map[string]struct {
		field  string
		output api.Output
	}{
		"none":                 {"path", api.Output{}},
		"path with NUL":        {"path", api.File("/tmp/a\x00.mp4")},
		"path of no extension": {"path", api.File("/tmp/" + notUTF8)},
		"extension enormous":   {"path", api.File("/tmp/a." + enormous)},
		"format with NUL":      {"Format", api.Writer(io.Discard, "mp4\x00")},
		"format enormous":      {"Format", api.Writer(io.Discard, enormous)},
		"format not UTF-8":     {"Format", api.Writer(io.Discard, notUTF8)},
		"URL enormous":         {"url", api.URL(enormous)},
		"URL not UTF-8":        {"url", api.URL(notUTF8)},
		"tag with NUL":         {"Metadata[title]", tagged("title", "a\x00b")},
		"tag not UTF-8":        {"Metadata[title]", tagged("title", notUTF8)},
		"tag's name not UTF-8": {"Metadata", tagged(notUTF8, "x")},
		"option with NUL":      {`FormatOptions[a\x00]`, option("a\x00", 1)},
		"option enormous":      {"FormatOptions[" + enormous[:80] + "…]", option(enormous, 1)},
		"value enormous":       {"FormatOptions[movflags]", option("movflags", enormous)},
		"value NaN":            {"FormatOptions[frag_duration]", option("frag_duration", math.NaN())},
		"value of 64 bits":     {"FormatOptions[frag_duration]", option("frag_duration", uint64(math.MaxUint64))},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			addVideo(t, enc, numberedVideo())
			requireBlamed(t, c.field, enc.Open(context.Background(), c.output))
			require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), "it can be tried again")
			require.NoError(t, enc.Close())
		})
	}
}

func TestHostileSettings(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		field  string // "": it does no harm
		option api.Option
	}{
		"nil":                  {"", nil},
		"logger nil":           {"", api.WithLogger(nil)},
		"logger of nothing":    {"", api.WithLogger(zap.New(nil))},
		"depth 0":              {"QueueDepth", api.WithQueueDepth(0)},
		"depth negative":       {"QueueDepth", api.WithQueueDepth(math.MinInt)},
		"depth all":            {"QueueDepth", api.WithQueueDepth(math.MaxInt)},
		"depth of 32 bits":     {"QueueDepth", api.WithQueueDepth(1<<32 + 1)},
		"timeout negative":     {"StallTimeout", api.WithStallTimeout(math.MinInt64)},
		"timeout all":          {"", api.WithStallTimeout(math.MaxInt64)},
		"timeout a nanosecond": {"", api.WithStallTimeout(time.Duration(1))},
		"budget nil":           {"", api.WithThreadBudget(nil)},
		"budget negative":      {"", api.WithThreadBudget(api.NewThreadBudget(math.MinInt))},
		"budget all":           {"", api.WithThreadBudget(api.NewThreadBudget(math.MaxInt))},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder(c.option)
			addVideo(t, enc, numberedVideo())
			err := enc.OpenWriter(context.Background(), io.Discard, "mkv", nil)
			if c.field == "" {
				require.NoError(t, err)
			} else {
				requireBlamed(t, c.field, err)
			}
			require.NoError(t, enc.Close())
		})
	}
}

// TestHostileMedia: what cannot be read is refused as a whole, and what was fed before and after is
// encoded.
func TestHostileMedia(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	var none context.Context
	const size = numberedWidth * numberedHeight * 3
	for name, c := range map[string]struct {
		field string
		feed  func(*api.VideoStream, *api.AudioStream) error
	}{
		"half a frame": {"Data", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, size/2)})
		}},
		"a byte too few": {"Data", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, 3*size-1)})
		}},
		"a byte too many": {"Data", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, size+1), Layout: api.Raw})
		}},
		"no such layout": {"Layout", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, size), Layout: -1})
		}},
		"layout all": {"Layout", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Layout: math.MaxInt})
		}},
		"times": {"PTS", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{Data: make([]byte, size), PTS: []time.Duration{0}})
		}},
		"no times": {"PTS", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(ctx, api.Frames{PTS: []time.Duration{}})
		}},
		"no context, frames": {"ctx", func(v *api.VideoStream, _ *api.AudioStream) error {
			return v.AddFrames(none, api.Frames{Data: make([]byte, size)})
		}},
		"no context, none": {"ctx", func(v *api.VideoStream, _ *api.AudioStream) error { return v.AddFrames(none, api.Frames{}) }},
		"no context, lent": {"ctx", func(v *api.VideoStream, _ *api.AudioStream) error {
			_, err := v.Acquire(none)
			return err
		}},
		"no context, commit": {"ctx", func(v *api.VideoStream, _ *api.AudioStream) error {
			p, err := v.Acquire(ctx)
			if err != nil {
				return err
			}
			return v.Commit(none, p)
		}},
		"no picture":          {"Picture", func(v *api.VideoStream, _ *api.AudioStream) error { return v.Commit(ctx, nil) }},
		"a picture of nobody": {"Picture", func(v *api.VideoStream, _ *api.AudioStream) error { return v.Commit(ctx, new(api.Picture)) }},
		"no image":            {"Image", func(v *api.VideoStream, _ *api.AudioStream) error { return v.AddImage(ctx, nil) }},
		"no context, samples": {"ctx", func(_ *api.VideoStream, a *api.AudioStream) error { return a.AddSamples(none, tone(2, 0, 10)) }},
		"no channels":         {"samples", func(_ *api.VideoStream, a *api.AudioStream) error { return a.AddSamples(ctx, nil) }},
		"too many channels":   {"samples", func(_ *api.VideoStream, a *api.AudioStream) error { return a.AddSamples(ctx, make([][]float32, 1<<20)) }},
		"ragged channels": {"samples[1]", func(_ *api.VideoStream, a *api.AudioStream) error {
			return a.AddSamples(ctx, [][]float32{make([]float32, 10), make([]float32, 9)})
		}},
		"a channel missing": {"samples[1]", func(_ *api.VideoStream, a *api.AudioStream) error {
			return a.AddSamples(ctx, [][]float32{make([]float32, 10), nil})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var memory api.MemoryFile
			enc := api.NewEncoder()
			v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
			requireBlamed(t, "ctx", enc.OpenWriter(none, &memory, "mkv"))
			require.NoError(t, enc.OpenWriter(ctx, &memory, "mkv"))
			requireBlamed(t, "ctx", enc.Sync(none))
			addNumbered(t, v, 0, 2)
			requireBlamed(t, c.field, c.feed(v, a))
			addNumbered(t, v, 2, 2)
			require.NoError(t, enc.Close())
			require.Equal(t, counting(4), numbersOf(mediatest.Pictures(t, saved(t, "x.mkv", memory.Bytes()), 0, "gray")))
		})
	}
}
