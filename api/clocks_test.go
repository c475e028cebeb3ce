package api_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
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

// timeless are containers that hold no time, or one that ffprobe does not read: what they hold has
// none to keep.
var timeless = []string{
	"apv", "avs2", "avs3", "cavsvideo", "dirac", "dnxhd", "evc", "fits", "h261", "h263", "h264", "hevc", "image2pipe",
	"m4v", "mjpeg", "mpeg1video", "mpeg2video",
	"mpjpeg", "obu", "rawvideo", "vc1", "vvc", "ico", "avif", "filmstrip",
	"dvd", "mpeg", "svcd", "vcd", "vob", // say the time of a packet, and small ones hold several pictures
	"pdv",        // is younger than the system's ffprobe
	"webp",       // the system's ffprobe reads no animation; see TestTimesInWebP
	"mxf_opatom", // the system's ffprobe reads no times of it
}

// codecOfAnyRate is what a container can carry of the codecs that are encoded at any rate, where
// its own default is not.
func codecOfAnyRate(c astiavx.Container) string {
	codec := astiav.FindEncoder(c.VideoCodec)
	if codec == nil || len(codec.SupportedFrameRates()) == 0 {
		return particulars[c.Name].video
	}
	if can, _ := container.Carries(c.Name, astiav.CodecIDH264); can && c.Name != "mxf" {
		return "libx264"
	}
	return ""
}

// encodeAt encodes so many small pictures, each another, at a frame rate.
func encodeAt(c astiavx.Container, path string, rate float64, frames int) error {
	p, enc := particulars[c.Name], api.NewEncoder()
	cfg := api.VideoConfig{
		Width:        64,
		Height:       64,
		FrameRate:    rate,
		Codec:        codecOfAnyRate(c),
		PixelFormat:  p.format,
		InputFormat:  "gray",
		ExtraOptions: p.extra,
		Threads:      1,
	}
	if cfg.Codec == "libx264" {
		cfg.Preset = "ultrafast"
	}
	if p.width > 0 {
		cfg.Width, cfg.Height = p.width, p.height
	}
	defer func() { _ = enc.Abort(nil) }()
	v, err := enc.AddVideo(cfg)
	if err != nil {
		return err
	}
	if err := enc.OpenFile(context.Background(), path, api.Format(c.Name), api.FormatOptions(p.options)); err != nil {
		return err
	}
	size := cfg.Width * cfg.Height
	data := make([]byte, frames*size)
	for i := range data {
		data[i] = byte(i / size * 19)
	}
	if err := v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.Raw}); err != nil {
		return err
	}
	return enc.Close()
}

// TestPicturesKeepTheirTimes walks all containers with a clock: at each rate, frame k is shown at
// k/FrameRate, as near as the container's clock comes, or the rate is refused before anything is
// written, by an error that says so.
func TestPicturesKeepTheirTimes(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames = 12
	rates := []float64{0.001, 23.976, 59.94, 240, 2000, 100000}
	all := mediatest.Long(t)
	for i, c := range astiavx.Containers() {
		if c.NoFile || c.VideoCodec == astiav.CodecIDNone || unreadable[c.Name] != "" || unavailable[c.Name] != "" ||
			slices.Contains(timeless, c.Name) {
			continue
		}
		if can, known := container.Carries(c.Name, c.VideoCodec); known && !can || c.Name == "amv" ||
			c.Name == "psp" { // which take pictures with sound only
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for k, rate := range rates {
				if !all && (i+k)%3 != 0 {
					continue // each rate in a third of the containers
				}
				path := temporary(t, "at."+append(c.Extensions, "x")[0])
				err := encodeAt(c, path, rate, frames)
				if config, ok := errors.AsType[*api.ConfigError](err); ok {
					require.Equal(t, "FrameRate", config.Field, "%v", err)
					require.NoFileExists(t, path)
					continue
				}
				require.NoError(t, err, "%g", rate)
				requireTimes(t, c.Name, path, rate, frames)
			}
		})
	}
}

// requireTimes checks when each of the pictures is shown.
func requireTimes(t *testing.T, format, path string, rate float64, frames int) {
	t.Helper()
	name := fmt.Sprintf("%s at %g", format, rate)
	streams := mediatest.Probe(t, path).Streams
	pictures := slices.IndexFunc(streams, func(s mediatest.Stream) bool { return s.Type == "video" })
	require.GreaterOrEqual(t, pictures, 0, name)
	times := mediatest.FrameTimes(t, path, pictures)
	if len(times) != frames {
		t.Errorf("%s: %d pictures", name, len(times))
		return
	}
	slices.Sort(times)
	var num, den float64
	_, err := fmt.Sscanf(streams[pictures].TimeBase, "%g/%g", &num, &den)
	require.NoError(t, err, name)
	within := num/den*0.501 + 2e-6
	switch format {
	case "rm": // FFmpeg's muxer cuts to a millisecond
		within = 0.001001
	case "swf": // 8 bits of frames, and 8 of their fraction
		within += 2e-4 * float64(frames) / rate
	case "apng": // FFmpeg's demuxer rounds each delay, and adds them up
		within += float64(frames) * num / den / 2
	}
	for k, at := range times {
		if !assert.InDelta(t, float64(k)/rate, at-times[0], within, "%s: picture %d", name, k) {
			return
		}
	}
}

// TestManyPicturesASecondBesideSound: above the rate of the container's clock, several pictures
// share a tick; they end when their sound does.
func TestManyPicturesASecondBesideSound(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mkv", "webm", "flv", "mp4", "mov", "nut"} {
		for _, rate := range []int{1000, 2000, 10000} {
			t.Run(fmt.Sprintf("%s/%d", extension, rate), func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "fast."+extension)
				ctx, enc := context.Background(), api.NewEncoder()
				cfg := api.VideoConfig{
					Width:        16,
					Height:       16,
					FrameRate:    float64(rate),
					InputFormat:  "gray",
					Threads:      1,
					Codec:        "libx264",
					ExtraOptions: map[string]any{"bf": 2},
				}
				if extension == "webm" {
					cfg.Codec, cfg.ExtraOptions = "libvpx", map[string]any{"deadline": "realtime", "cpu-used": 8}
				}
				v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
				require.NoError(t, enc.OpenFile(ctx, path))
				frames := rate / 4
				require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, frames*256), Layout: api.Raw}))
				addTone(t, a, 0, 12000)
				require.NoError(t, enc.Close())
				end := [2]float64{}
				first := [2]float64{math.Inf(1), math.Inf(1)}
				for _, p := range mediatest.Packets(t, path) {
					end[p.Stream] = max(end[p.Stream], p.PTS)
					first[p.Stream] = min(first[p.Stream], p.PTS)
				}
				require.InDelta(t, 0.25-1/float64(rate), end[0]-first[0], 0.0011, "from the first picture to the last")
				require.InDelta(t, 0.25, end[1]-first[1], 0.05, "the sound")
			})
		}
	}
}

// TestRatesThatAContainerCannotSay names what would do.
func TestRatesThatAContainerCannotSay(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		format  string
		rate    float64
		codec   string
		says    string
		nearest string
	}{
		{"gif", 60, "", "50 is the most", "50"},
		{"gif", 120, "", "ten", "50"},
		{"gif", 0.001, "", "0.00153 is the least", ""},
		{"avi", 2000, "libx264", "1000 is the most", "1000"},
		{"asf", 1200, "", "1000 is the most", "1000"},
		{"mp4", 1e-6, "libx264", "is the least", ""},
		{"film_cpk", 12.5, "", "whole frames", "13"},
		{"mxf", 12.5, "", "refuses the rate", "25"},
		{"roq", 29.97, "", "refuses the rate", "30"},
	} {
		err := encodeRate(c.format, c.codec, c.rate)
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "%s at %g", c.format, c.rate)
		require.Equal(t, "FrameRate", config.Field, err)
		require.Equal(t, c.rate, config.Value)
		require.Contains(t, err.Error(), c.says)
		others := "mp4, mov and mkv signal this one"
		if c.format == "mp4" {
			others = ": mkv signals this one"
		}
		require.Contains(t, err.Error(), others, "containers that can")
		if c.nearest != "" {
			require.Contains(t, config.Supported, c.nearest)
			rate, err := strconv.ParseFloat(strings.TrimSuffix(c.nearest, "/1"), 64)
			require.NoError(t, err)
			require.NoError(t, encodeRate(c.format, c.codec, rate), "what the error names, %s takes", c.format)
		}
	}
}

// encodeRate opens an encoder for such a container.
func encodeRate(format, codec string, rate float64) error {
	enc := api.NewEncoder()
	defer func() { _ = enc.Abort(nil) }()
	if _, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: rate, Codec: codec}); err != nil {
		return err
	}
	file, err := os.CreateTemp("", "rate")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	return enc.OpenFile(context.Background(), file.Name(), api.Format(format))
}
