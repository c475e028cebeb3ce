package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// mostFuzzTime is how long one input of a fuzz target may take, with room for a busy machine and a
// sanitizer.
const mostFuzzTime = 2 * time.Minute

// overseen runs one input of a fuzz target: one that never ends, which Go's fuzzing would not
// notice, or that leaves objects in C memory, fails.
func overseen(t *testing.T, f func()) {
	t.Helper()
	watch := time.AfterFunc(mostFuzzTime, func() {
		fmt.Fprintln(os.Stderr, "this input does not end")
		panic("fuzzing: this input does not end")
	})
	defer watch.Stop()
	f()
	require.Empty(t, live.Report(), "objects left in C memory")
}

// Encoders and containers that the fuzzing of configs draws from: those that are quick to open.
var (
	fuzzVideoCodecs = []string{
		"",
		"libx264",
		"mpeg4",
		"mjpeg",
		"libvpx",
		"libvpx-vp9",
		"rawvideo",
		"ffv1",
		"mpeg2video",
		"libx265",
		"png",
		"gif",
		"huffyuv",
		"prores_ks",
		"dnxhd",
		"h263",
		"libx264rgb",
		"h264",
		"vp8",
	}
	fuzzAudioCodecs = []string{
		"",
		"aac",
		"libopus",
		"flac",
		"pcm_s16le",
		"libmp3lame",
		"ac3",
		"mp2",
		"libvorbis",
		"alac",
		"pcm_f32le",
		"adpcm_ms",
		"g722",
		"opus",
	}
	fuzzFormats = []string{
		"matroska",
		"mp4",
		"mov",
		"webm",
		"mpegts",
		"avi",
		"nut",
		"flv",
		"ogg",
		"wav",
		"mp3",
		"gif",
		"mpeg",
		"mxf",
		"asf",
		"3gp",
		"adts",
		"flac",
		"null",
		"hls",
		"rtp",
		"rawvideo",
		"ivf",
		"wtv",
		"aiff",
		"w64",
		"caf",
		"mpjpeg",
	}
	fuzzPixels = []string{
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"yuv420p",
		"yuv444p",
		"rgb24",
		"gray",
		"nv12",
		"yuv420p10le",
		"yuvj420p",
		"bgr0",
		"gbrp",
		"rgba",
		"pal8",
		"monow",
		"yuv422p",
		"yuyv422",
		"bayer_rggb8",
		"gray16be",
	}
	fuzzValues = []string{
		"0",
		"1",
		"-1",
		"2",
		"3",
		"10",
		"0.5",
		"1e9",
		"2147483647",
		"-2147483648",
		"9223372036854775807",
		"auto",
		"none",
		"true",
		"",
		"default",
		"max",
		"min",
		"+",
		"a=b",
		"a=b:c=d",
		"1:2",
		"1/2",
		"5M",
	}
)

// neverFuzzed are options with which an encoder reads or writes files, takes all memory or all
// time, or is meant to fail.
var neverFuzzed = []string{
	"stats", "passlogfile", "pass", "dump_separator", "rc_lookahead", "rc-lookahead", "lag-in-frames", "bufsize",
	"maxrate", "debug", "time_base", "thread_type",
	"reserve_index_space", "moov_size", "flags", "flags2", "fpsprobesize", "max_delay", "avioflags", "fflags",
	"use_wallclock_as_timestamps",
}

// options draws up to three options of those that an encoder or a container has, with values that
// some of them take.
func (d *dice) options(known []astiavx.Option) map[string]any {
	known = slices.DeleteFunc(
		slices.Clone(known),
		func(o astiavx.Option) bool { return slices.Contains(neverFuzzed, o.Name) },
	)
	options := map[string]any{}
	for range d.below(4) {
		if len(known) == 0 || d.byte() > 248 {
			options[d.text()] = d.text()
			continue
		}
		o := known[d.below(len(known))]
		values := fuzzValues
		if d.byte() < 128 && len(o.Values) > 0 {
			values = o.Values
		}
		switch value := d.pick(values...); d.below(4) {
		case 0:
			options[o.Name] = d.real(0, 1, 2, 10, 0.25)
		case 1:
			options[o.Name] = d.number(0, 1, 2, 10, 100)
		default:
			options[o.Name] = value
		}
	}
	return options
}

func (d *dice) videoConfig() api.VideoConfig {
	cfg := api.VideoConfig{
		Width: d.number(
			16,
			64,
			32,
			17,
			2,
			1,
			8,
			33,
		), Height: d.number(16, 48, 32, 17, 2, 1, 8, 33), FrameRate: d.real(25, 30, 30000.0/1001, 1, 60, 12.5),
		Device: d.pick(
			"",
			"",
			"",
			"",
			"cpu",
			"cuda",
			"cuda:1",
		), Codec: d.pick(fuzzVideoCodecs...), PixelFormat: d.pick(fuzzPixels...),
		InputFormat: d.pick(
			fuzzPixels...), ColorSpace: d.pick("", "bt601", "bt709", "bt2020", "fcc"), ColorRange: d.pick("", "tv", "pc", "full"),
		ColorPrimaries: d.pick("", "bt709", "bt2020", "smpte432"), ColorTransfer: d.pick("", "bt709", "smpte2084", "linear"),
		OddSize: api.OddSize(d.number(0, 1, 2)), Threads: d.number(1, 0, 2),
	}
	if d.byte() < 64 {
		cfg.Preset = d.pick("ultrafast", "fast", "8", "slow")
	}
	if d.byte() < 64 {
		crf := d.real(20, 0, 51, 63)
		cfg.CRF = &crf
	}
	cfg.ExtraOptions = d.options(avoption.EncoderOptions(cfg.Codec))
	if d.byte() < 96 {
		cfg.OutWidth, cfg.OutHeight = d.number(0, 32, 64, 33, 2, 1, 200, -1), d.number(0, 32, 64, 33, 2, 1, 200, 1000)
		cfg.Scaler = d.pick("", "lanczos", "area", "nearest", "bilinear", "cubic")
	}
	if d.byte() < 64 {
		cfg.BitRate, cfg.KeyInterval = int64(d.number(0, 200_000, 1000, 2_000_000_000, -1)), d.number(0, 1, 12, 600, 100_000)
	}
	return cfg
}

func (d *dice) audioConfig() api.AudioConfig {
	cfg := api.AudioConfig{
		SampleRate: d.number(48000, 44100, 8000, 16000, 11025, 96000), NumChannels: d.number(2, 1, 6, 3, 5, 7, 8, 4),
		BitRate: int64(d.number(0, 64000, 128000, 8000, 320000)), Codec: d.pick(fuzzAudioCodecs...),
	}
	if d.byte() < 64 {
		cfg.OutSampleRate = d.number(48000, 22050)
	}
	if d.byte() < 64 {
		cfg.OutNumChannels = d.number(1, 2)
	}
	cfg.ExtraOptions = d.options(avoption.EncoderOptions(cfg.Codec))
	return cfg
}

// requireDocumented checks that an error is one that the documentation knows: about a config, or of
// a node.
func requireDocumented(t *testing.T, err error) {
	t.Helper()
	var config *api.ConfigError
	var node *pipeline.NodeError
	if err == nil || errors.As(err, &config) || errors.As(err, &node) {
		return
	}
	require.ErrorContains(t, err, "avloom: ")
}

// seed adds so many inputs of up to so many bytes, always the same. The corpus in testdata holds
// what fuzzing has found beyond them.
func seed(f *testing.F, inputs, bytes int) {
	f.Helper()
	for i := range inputs {
		random := rand.New(rand.NewPCG(uint64(i), 0))
		data := make([]byte, random.IntN(bytes+1))
		for k := range data {
			data[k] = byte(random.Uint32())
		}
		f.Add(data)
	}
}

// FuzzConfigs opens an encoder with any config, and feeds it a little. It has found
//   - aac_without_tolerance: an option with which FFmpeg's AAC encoder never returns. The limits in
//     internal/avoption refuse it now.
//   - flv_of_six_channels: FFmpeg's muxer ended the process. muxer/container refuses it now.
func FuzzConfigs(f *testing.F) {
	seed(f, 100, 80)
	f.Fuzz(func(t *testing.T, data []byte) {
		overseen(t, func() { openAny(t, &dice{data}) })
	})
}

// anyPicture is a picture as the config says that they come.
func anyPicture(cfg api.VideoConfig) api.Frames {
	if cfg.InputFormat == "" {
		return api.Frames{Data: make([]byte, cfg.Width*cfg.Height*3)}
	}
	format := astiav.FindPixelFormatByName(cfg.InputFormat)
	raw, _ := astiavx.RawLayout(format, cfg.Width, cfg.Height)
	return api.Frames{Data: make([]byte, raw.Size), Layout: api.Raw}
}

func openAny(t *testing.T, d *dice) {
	ctx := context.Background()
	enc := api.NewEncoder(api.WithQueueDepth(1 + d.below(3)))
	defer enc.Abort(nil)
	var feeds []func() error
	kind := d.below(3)
	if kind != 1 {
		cfg := d.videoConfig()
		v, err := enc.AddVideo(cfg)
		requireDocumented(t, err)
		if err == nil {
			feeds = append(feeds, func() error { return v.AddFrames(ctx, anyPicture(cfg)) })
		}
	}
	if kind != 0 {
		cfg := d.audioConfig()
		a, err := enc.AddAudio(cfg)
		requireDocumented(t, err)
		if err == nil {
			feeds = append(
				feeds,
				func() error { return a.AddSamples(ctx, tone(cfg.NumChannels, 0, min(500, cfg.SampleRate/20))) },
			)
		}
	}
	format := d.pick(fuzzFormats...)
	options := d.options(avoption.MuxerOptions(format))
	var memory api.MemoryFile
	err := enc.OpenWriter(
		ctx,
		&memory,
		format,
		api.FormatOptions(options),
		api.Metadata(map[string]string{d.pick("title"): d.text()}),
	)
	if err != nil {
		if len(feeds) > 0 {
			requireDocumented(t, err)
		}
		return
	}
	for range 3 {
		for _, feed := range feeds {
			requireDocumented(t, feed())
		}
	}
	requireDocumented(t, enc.Close())
}
