package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/mediatest"
)

func videoRefusals() []refusal {
	set := func(change func(*api.VideoConfig)) func(*api.VideoConfig) { return change }
	return []refusal{
		{name: "width missing", field: "Width", video: set(func(c *api.VideoConfig) { c.Width = 0 })},
		{name: "height negative", field: "Height", video: set(func(c *api.VideoConfig) { c.Height = -2 })},
		{name: "size huge", field: "Width", video: set(func(c *api.VideoConfig) { c.Width, c.Height = 1<<30, 1<<20 })},
		{name: "width odd", field: "Width", video: set(func(c *api.VideoConfig) { c.Width = 65 })},
		{name: "height odd", field: "Height", video: set(func(c *api.VideoConfig) { c.Height, c.Codec = 65, "mpeg4" })},
		{
			name:  "width 1 cropped",
			field: "Width",
			video: set(func(c *api.VideoConfig) { c.Width, c.OddSize = 1, api.OddSizeCrop }),
		},
		{name: "odd size unknown", field: "OddSize", video: set(func(c *api.VideoConfig) { c.OddSize = 7 })},
		{name: "frame rate missing", field: "FrameRate", video: set(func(c *api.VideoConfig) { c.FrameRate = 0 })},
		{name: "frame rate negative", field: "FrameRate", video: set(func(c *api.VideoConfig) { c.FrameRate = -25 })},
		{name: "frame rate NaN", field: "FrameRate", video: set(func(c *api.VideoConfig) { c.FrameRate = math.NaN() })},
		{name: "frame rate infinite", field: "FrameRate", video: set(func(c *api.VideoConfig) { c.FrameRate = math.Inf(1) })},
		{name: "frame rate too small", field: "FrameRate", video: set(func(c *api.VideoConfig) { c.FrameRate = 1e-9 })},
		{name: "device unknown", field: "Device", video: set(func(c *api.VideoConfig) { c.Device = "gpu" })},
		{name: "threads negative", field: "Threads", video: set(func(c *api.VideoConfig) { c.Threads = -1 })},
		{name: "codec unknown", field: "Codec", video: set(func(c *api.VideoConfig) { c.Codec = "libx246" })},
		{name: "codec by a usual name", field: "Codec", video: set(func(c *api.VideoConfig) { c.Codec = "h265" })},
		{name: "codec of one palette", field: "Codec", video: set(func(c *api.VideoConfig) { c.Codec = "smc" })},
		{name: "codec of sound", field: "Codec", video: set(func(c *api.VideoConfig) { c.Codec = "aac" })},
		{name: "codec with NUL", field: "Codec", video: set(func(c *api.VideoConfig) { c.Codec = "libx264\x00" })},
		{
			name:  "codec absurdly long",
			field: "Codec",
			video: set(func(c *api.VideoConfig) { c.Codec = strings.Repeat("x", 1<<20) }),
		},
		{
			name:  "pixel format unknown",
			field: "PixelFormat",
			video: set(func(c *api.VideoConfig) { c.PixelFormat = "yuv42op" }),
		},
		{
			name:  "pixel format of another encoder",
			field: "PixelFormat",
			video: set(func(c *api.VideoConfig) { c.PixelFormat = "rgba" }),
		},
		{name: "pixel format without a conversion", field: "PixelFormat", video: set(func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat = "rawvideo", "bayer_rggb8"
		})},
		{name: "palettes in a codec with one", field: "PixelFormat", video: set(func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat = "apng", "pal8"
		})},
		{name: "pixel format whose alpha is left out", field: "PixelFormat", video: set(func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat = "dxv", "rgba"
		})},
		{
			name:  "pixel format with NUL",
			field: "PixelFormat",
			video: set(func(c *api.VideoConfig) { c.PixelFormat = "yuv420p\x00x" }),
		},
		{
			name:  "input format unknown",
			field: "InputFormat",
			video: set(func(c *api.VideoConfig) { c.InputFormat = "rgb42" }),
		},
		{
			name:  "input format of a GPU",
			field: "InputFormat",
			video: set(func(c *api.VideoConfig) { c.InputFormat = "cuda" }),
		},
		{name: "input format without a conversion", field: "InputFormat", video: set(func(c *api.VideoConfig) {
			c.InputFormat = "gray32le"
		})},
		{name: "input format that is not converted", field: "InputFormat", video: set(func(c *api.VideoConfig) {
			c.InputFormat, c.PixelFormat = "gray32le", "yuv420p"
		})},
		{
			name:  "input format with NUL",
			field: "InputFormat",
			video: set(func(c *api.VideoConfig) { c.InputFormat = "rgb24\x00x" }),
		},
		{name: "crf too high", field: "CRF", video: crf("libx264", 1000)},
		{name: "crf negative", field: "CRF", video: crf("libx265", -1)},
		{name: "crf NaN", field: "CRF", video: crf("libx264", math.NaN())},
		{name: "crf of vp9", field: "CRF", video: crf("libvpx-vp9", 64)},
		{name: "crf of av1", field: "CRF", video: crf("libaom-av1", -1)},
		{name: "crf 0 of svt-av1", field: "CRF", video: crf("libsvtav1", 0)},
		{name: "crf with a fraction", field: "CRF", video: crf("libsvtav1", 23.5)},
		{name: "crf where there is none", field: "CRF", video: crf("mpeg4", 23)},
		{name: "preset unknown", field: "Preset", video: preset("libx264", "fats")},
		{name: "preset in the wrong case", field: "Preset", video: preset("libx265", "Fast")},
		{name: "preset by a number too high", field: "Preset", video: preset("libx264", "10")},
		{name: "preset that must be a number", field: "Preset", video: preset("libsvtav1", "fast")},
		{name: "preset where there is none", field: "Preset", video: preset("mpeg4", "fast")},
		{name: "preset where it is cpu-used", field: "Preset", video: preset("libvpx-vp9", "fast")},
		{name: "preset with NUL", field: "Preset", video: preset("libx264", "fast\x00er")},
	}
}

func colorRefusals() []refusal {
	set := func(change func(*api.VideoConfig)) func(*api.VideoConfig) { return change }
	return []refusal{
		{name: "color space unknown", field: "ColorSpace", video: set(func(c *api.VideoConfig) { c.ColorSpace = "bt907" })},
		{
			name:  "color space without a conversion",
			field: "ColorSpace",
			video: set(func(c *api.VideoConfig) { c.ColorSpace = "ycgco" }),
		},
		{
			name:  "color space with NUL",
			field: "ColorSpace",
			video: set(func(c *api.VideoConfig) { c.ColorSpace = "bt709\x00" }),
		},
		{name: "color range unknown", field: "ColorRange", video: set(func(c *api.VideoConfig) { c.ColorRange = "fulll" })},
		{
			name:  "color range unspecified",
			field: "ColorRange",
			video: set(func(c *api.VideoConfig) { c.ColorRange = "unknown" }),
		},
		{
			name:  "color primaries unknown",
			field: "ColorPrimaries",
			video: set(func(c *api.VideoConfig) { c.ColorPrimaries = "p3" }),
		},
		{
			name:  "color transfer unknown",
			field: "ColorTransfer",
			video: set(func(c *api.VideoConfig) { c.ColorTransfer = "srgb" }),
		},
		{
			name:  "chroma location unknown",
			field: "ExtraOptions[chroma_sample_location]",
			video: with("chroma_sample_location", "middle"),
		},
		{name: "color space as an empty option", field: "ExtraOptions[colorspace]", video: with("colorspace", "")},
		{name: "color option with NUL", field: "ExtraOptions[color_trc]", video: with("color_trc", "bt709\x00")},
		{name: "color space twice", field: "ExtraOptions[colorspace]", video: set(func(c *api.VideoConfig) {
			c.ColorSpace, c.ExtraOptions = "bt709", map[string]any{"colorspace": "bt709"}
		})},
	}
}

func optionRefusals() []refusal {
	extra := func(codec string, options map[string]any) func(*api.VideoConfig) {
		return func(c *api.VideoConfig) { c.Codec, c.ExtraOptions = codec, options }
	}
	return []refusal{
		{name: "option unknown", field: "ExtraOptions[xyzzy]", video: with("xyzzy", 1)},
		{name: "option misspelt", field: "ExtraOptions[presset]", video: with("presset", "fast")},
		{name: "option of the muxer misspelt", field: "ExtraOptions[movflag]", video: with("movflag", "faststart")},
		{name: "option for one stream", field: "ExtraOptions[b:v]", video: with("b:v", "1M")},
		{name: "option of the command", field: "ExtraOptions[pix_fmt]", video: with("pix_fmt", "yuv420p")},
		{name: "option of the command for quality", field: "ExtraOptions[q]", video: with2("mpeg4", "q", 5)},
		{name: "option with NUL", field: `ExtraOptions[tune]`, video: with("tune", "film\x00")},
		{name: "option key with NUL", field: `ExtraOptions[tu\x00ne]`, video: with("tu\x00ne", "film")},
		{name: "option of an unsupported type", field: "ExtraOptions[refs]", video: with("refs", []int{5})},
		{name: "option nil", field: "ExtraOptions[refs]", video: with("refs", nil)},
		{name: "option infinite", field: "ExtraOptions[crf]", video: with("crf", math.Inf(1))},
		{name: "option spelt NaN", field: "ExtraOptions[crf]", video: with("crf", "nan")},
		{name: "option that is no number", field: "ExtraOptions[refs]", video: with("refs", "many")},
		{name: "option with a fraction", field: "ExtraOptions[refs]", video: with("refs", 2.5)},
		{name: "option out of range", field: "ExtraOptions[qp]", video: with("qp", 99)},
		{name: "option out of range, as json", field: "ExtraOptions[qp]", video: with("qp", json.Number("99"))},
		{name: "option out of range, as an expression", field: "ExtraOptions[crf]", video: with("crf", "51*2")},
		{name: "option out of range of the library", field: "ExtraOptions[bf]", video: with("bf", 17)},
		{name: "option without an upper bound", field: "ExtraOptions[b]", video: with("b", -1)},
		{name: "option that is a number or a name", field: "ExtraOptions[aq-mode]", video: with("aq-mode", "strong")},
		{name: "option that is a bool", field: "ExtraOptions[psy]", video: with("psy", "perhaps")},
		{name: "option that is flags", field: "ExtraOptions[thread_type]", video: with2("mpeg4", "thread_type", "+slices")},
		{name: "option empty", field: "ExtraOptions[g]", video: with("g", "")},
		{name: "threads that are no number", field: "ExtraOptions[threads]", video: with("threads", "all")},
		{name: "tune unknown", field: "ExtraOptions[tune]", video: with("tune", "movie")},
		{name: "tunes that exclude each other", field: "ExtraOptions[tune]", video: with("tune", "film,grain")},
		{name: "profile unknown", field: "ExtraOptions[profile]", video: with("profile", "hihg")},
		{name: "profile that does not hold the format", field: "ExtraOptions[profile]", video: func(c *api.VideoConfig) {
			c.PixelFormat, c.ExtraOptions = "yuv444p", map[string]any{"profile": "high"}
		}},
		{name: "profile that leaves the alpha out", field: "ExtraOptions[profile]", video: func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat, c.ExtraOptions = "prores_ks", "yuva444p10le", map[string]any{"profile": "hq"}
		}},
		{name: "alpha without bits", field: "ExtraOptions[alpha_bits]", video: func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat, c.ExtraOptions = "prores_ks", "yuva444p10le", map[string]any{"alpha_bits": 0}
		}},
		{name: "references beside alpha", field: "ExtraOptions[auto-alt-ref]", video: func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat, c.ExtraOptions = "libvpx", "yuva420p", map[string]any{"auto-alt-ref": 1}
		}},
		{name: "first pass of two", field: "ExtraOptions[flags]", video: with2("libvpx-vp9", "flags", "+pass1")},
		{name: "second pass of x265", field: "ExtraOptions[flags]", video: with2("libx265", "flags", "+pass2")},
		{name: "crf twice", field: "ExtraOptions[crf]", video: func(c *api.VideoConfig) {
			crf("libx264", 20)(c)
			c.ExtraOptions = map[string]any{"crf": 20}
		}},
		{name: "threads twice", field: "ExtraOptions[threads]", video: func(c *api.VideoConfig) {
			c.Threads, c.ExtraOptions = 2, map[string]any{"threads": 2}
		}},
		{name: "qp beside crf", field: "ExtraOptions[qp]", video: extra("libx264", map[string]any{"crf": 20, "qp": 20})},
		{
			name:  "bit rate beside crf",
			field: "ExtraOptions[b]",
			video: extra("libsvtav1", map[string]any{"crf": 20, "b": 1e6}),
		},
	}
}

// addWith adds a stream of this encoder, which takes its input as it is but for the options, and
// returns the error.
func addWith(enc *api.Encoder, codec *astiav.Codec, options map[string]any) error {
	if codec.ID().MediaType() == astiav.MediaTypeVideo {
		_, err := enc.AddVideo(
			api.VideoConfig{Width: 640, Height: 480, FrameRate: 25, Codec: codec.Name(), ExtraOptions: options},
		)
		return err
	}
	cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: codec.Name(), ExtraOptions: options}
	if rates := codec.SupportedSampleRates(); len(rates) > 0 {
		cfg.SampleRate = rates[0]
	}
	if layouts := codec.SupportedChannelLayouts(); len(layouts) > 0 {
		cfg.NumChannels = layouts[0].Channels()
	}
	_, err := enc.AddAudio(cfg)
	return err
}

// encodersOf lists all encoders of pictures and sound that are built in and take something that we
// can convert to.
func encodersOf(t *testing.T) []*astiav.Codec {
	t.Helper()
	var all []*astiav.Codec
	for _, c := range astiav.Codecs() {
		media := c.ID().MediaType()
		if !c.IsEncoder() || media != astiav.MediaTypeVideo && media != astiav.MediaTypeAudio {
			continue
		}
		formats := c.SupportedPixelFormats()
		if len(formats) > 0 && !slices.ContainsFunc(formats, astiavx.CanScaleTo) {
			continue
		}
		all = append(all, c)
	}
	require.Greater(t, len(all), 100)
	return all
}

func TestEveryEncoderRefusesUnknownOptions(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range encodersOf(t) {
		t.Run(codec.Name(), func(t *testing.T) {
			require.NoError(t, addWith(api.NewEncoder(), codec, nil))
			var e *api.ConfigError
			require.ErrorAs(t, addWith(api.NewEncoder(), codec, map[string]any{"xyzzy": 1}), &e)
			require.Equal(t, "ExtraOptions[xyzzy]", e.Field)
			for _, known := range []string{"preset", "bufsize", "compression_level", "cpu-used"} {
				if !slices.ContainsFunc(
					avoption.EncoderOptions(codec.Name()),
					func(o astiavx.Option) bool { return o.Name == known },
				) {
					continue
				}
				misspelt := known[:len(known)-1] + "x" + known[len(known)-1:]
				require.ErrorAs(t, addWith(api.NewEncoder(), codec, map[string]any{misspelt: 1}), &e)
				require.Equal(t, "ExtraOptions["+misspelt+"]", e.Field)
				require.Contains(t, e.Error(), `did you mean "`+known+`"?`)
			}
		})
	}
}

// TestEveryOptionRefusesNonsense gives every option of every encoder a value that it cannot take,
// where there is one.
func TestEveryOptionRefusesNonsense(t *testing.T) {
	mediatest.NoLeaks(t)
	noise := mediatest.StderrOf(t, func() {
		for _, codec := range encodersOf(t) {
			seen := map[string]bool{} // of options of the same name, the encoder's own counts
			for _, o := range avoption.EncoderOptions(codec.Name()) {
				if seen[o.Name] || o.Kind == astiavx.OptionText {
					seen[o.Name] = true
					continue
				}
				seen[o.Name] = true
				var e *api.ConfigError
				err := addWith(api.NewEncoder(), codec, map[string]any{o.Name: "no(sense"})
				require.ErrorAs(t, err, &e, "%s of %s", o.Name, codec.Name())
				require.Equal(t, "ExtraOptions["+o.Name+"]", e.Field)
				if (o.Kind == astiavx.OptionNumber || o.Kind == astiavx.OptionWhole) && o.Max < math.MaxInt32 &&
					o.Name != "threads" {
					err := addWith(api.NewEncoder(), codec, map[string]any{o.Name: o.Max + 1})
					require.ErrorAs(t, err, &e, "%s of %s", o.Name, codec.Name())
				}
			}
		}
	})
	require.Empty(t, noise)
}

// TestEqualNumbers says the same number in all ways.
func TestEqualNumbers(t *testing.T) {
	mediatest.NoLeaks(t)
	var want []byte
	type level int8
	for _, five := range []any{
		5, 5.0, float32(5), int64(5), uint8(5), level(5), "5", "5.0", json.Number("5"), json.Number("5.0"),
		json.Number("0.5e1"),
	} {
		var memory api.MemoryFile
		enc := api.NewEncoder()
		cfg := numberedVideo()
		cfg.ExtraOptions = map[string]any{"qp": five, "psy": false, "x264-params": "ref=1"}
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenWriter(context.Background(), &memory, "mp4"), "%T", five)
		addNumbered(t, v, 0, 2)
		require.NoError(t, enc.Close())
		if want == nil {
			want = memory.Bytes()
		}
		require.Equal(t, want, memory.Bytes(), "%T %v", five, five)
	}
}

// TestBitRateIsMatched asks for what no encoder has: it gets the nearest that it has.
func TestBitRateIsMatched(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{
		"aac", "libopus", "libmp3lame", "libvorbis", "ac3", "eac3", "mp2", "mp2fixed", "wmav2", "flac", "pcm_s16le",
	} {
		for _, rate := range []int64{1, 100, 99_999, 1 << 40, math.MaxInt64} {
			enc := api.NewEncoder()
			a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: codec, BitRate: rate})
			require.NoError(t, enc.OpenWriter(context.Background(), new(api.MemoryFile), "nut"), "%s at %d", codec, rate)
			addTone(t, a, 0, 48000)
			require.NoError(t, enc.Close(), "%s at %d", codec, rate)
		}
	}
}

func TestOptionsThatTheMuxerKnows(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "fragments.mp4")
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{
		"movflags": "+frag_keyframe+empty_moov",
		"tune":     "film",
		"flags":    "-global_header-frame_duration",
	}
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	addNumbered(t, v, 0, 5)
	require.NoError(t, enc.Close())
	require.Equal(t, counting(5), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	packets := mediatest.Packets(t, path)
	require.InDelta(t, 1.0/30, packets[len(packets)-1].Duration, 1e-3, "durations pass whatever the flags say")
}

// FuzzOption gives encoders options that nobody thought of: they are taken, or refused by a
// ConfigError.
func FuzzOption(f *testing.F) {
	codecs := []string{"libx264", "libx265", "libsvtav1", "libvpx-vp9", "libaom-av1", "mpeg4", "prores_ks"}
	for i, option := range [][2]string{
		{"x264-params", "ref=3:me=umh"},
		{"x265-params", "ref=3:no-sao=1"},
		{"svtav1-params", "lp=1:tune=0"},
		{"ts-parameters", "ts_number_layers=2"},
		{"aom-params", "cq-level=5"},
		{"flags", "+cgop-ilme"},
		{"profile", "main"},
		{"crf", "51*2"},
		{"tune", "film"},
		{"b", "1M"},
		{"x264opts", "a=b:c"},
	} {
		f.Add(uint8(i), option[0], option[1])
	}
	f.Fuzz(func(t *testing.T, codec uint8, key, value string) {
		_, err := api.NewEncoder().AddVideo(api.VideoConfig{
			Width:        64,
			Height:       64,
			FrameRate:    25,
			Codec:        codecs[int(codec)%len(codecs)],
			ExtraOptions: map[string]any{key: value},
		})
		var e *api.ConfigError
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
		if err != nil && strings.ContainsRune(err.Error(), 0) {
			t.Fatal("NUL in the text")
		}
	})
}
