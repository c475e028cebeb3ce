package api_test

import (
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

const alphaSide = 64

// shadedAlpha is a picture in rgba whose alpha goes from 0 to 252, the other way round in odd
// pictures.
func shadedAlpha(number int) (rgba, alpha []byte) {
	for y := range alphaSide {
		for x := range alphaSide {
			a := byte(2 * (x + y))
			if number%2 == 1 {
				a = 252 - a
			}
			rgba, alpha = append(rgba, byte(4*x), byte(4*y), 100, a), append(alpha, a)
		}
	}
	return rgba, alpha
}

// alphaContainers are those in which pictures with an alpha may be looked for.
var alphaContainers = []string{
	"matroska", "webm", "mov", "mp4", "avi", "nut", "ogg", "ivf", "mxf", "asf", "flv", "apng", "gif", "image2pipe",
	"fits", "wtv", "mpegts",
}

// TestAlphaIsKeptOrRefused encodes pictures with an alpha with every software encoder, in every
// pixel format with an alpha and every container that is not refused, and has another program show
// the alpha. One file holds all formats of an encoder where the container holds many streams.
func TestAlphaIsKeptOrRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	var tried atomic.Int64
	t.Run("all", func(t *testing.T) { walkAlpha(t, &tried) })
	require.Greater(t, tried.Load(), int64(300))
}

// walkAlpha runs a subtest for each software encoder, and counts the streams that it looks at.
func walkAlpha(t *testing.T, tried *atomic.Int64) {
	t.Helper()
	for _, codec := range encodersOf(t) {
		name := codec.Name()
		if codec.ID().MediaType() != astiav.MediaTypeVideo || isHardwareEncoder(name) || name == "vnull" ||
			name == "wrapped_avframe" {
			continue
		}
		var formats []string
		for _, f := range codec.SupportedPixelFormats() {
			if info := astiavx.DescribePixelFormat(f); info.Alpha && astiavx.CanScaleTo(f) {
				formats = append(formats, f.Name())
			}
		}
		if name == "rawvideo" {
			formats = []string{
				"rgba", "bgra", "argb", "abgr", "yuva420p", "yuva444p", "gbrap", "ya8", "ya16le", "rgba64le", "ayuv64le",
			}
		}
		if len(formats) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, container := range alphaContainers {
				if name == "rawvideo" && container == "image2pipe" { // cannot be read without knowing the size
					continue
				}
				for _, together := range alphaStreams(t, name, container, formats) {
					tried.Add(int64(len(together)))
					requireAlphaKept(t, codec, container, together)
				}
			}
		})
	}
}

// alphaStreams are the formats that are not refused, as many of them to a file as the container
// takes.
func alphaStreams(t *testing.T, codec, container string, formats []string) [][]string {
	t.Helper()
	var alone [][]string
	var all []string
	for _, f := range formats {
		if openAlpha(t, codec, container, f) == nil {
			alone, all = append(alone, []string{f}), append(all, f)
		}
	}
	if len(all) > 1 && !withoutMarks(container) && openAlpha(t, codec, container, all...) == nil {
		return [][]string{all}
	}
	return alone
}

// withoutMarks says whether a container has no marks between pictures, so that one alone can be
// told apart.
func withoutMarks(container string) bool { return container == "image2pipe" || container == "fits" }

// alphaStream is a stream of pictures in rgba.
func alphaStream(codec, format string) api.VideoConfig {
	cfg := api.VideoConfig{
		Width: alphaSide, Height: alphaSide, FrameRate: 25, Threads: 1,
		Codec: codec, PixelFormat: format, InputFormat: "rgba",
		ExtraOptions: map[string]any{"strict": "experimental"},
	}
	if strings.HasPrefix(codec, "libvpx") {
		cfg.ExtraOptions["b"] = "4M"
	}
	return cfg
}

func openAlpha(t *testing.T, codec, container string, formats ...string) error {
	t.Helper()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	for _, f := range formats {
		if _, err := enc.AddVideo(alphaStream(codec, f)); err != nil {
			return err
		}
	}
	return enc.OpenWriter(context.Background(), new(api.MemoryFile), container)
}

// requireAlphaKept encodes two pictures in each of the formats, and compares the alpha that another
// program shows.
func requireAlphaKept(t *testing.T, codec *astiav.Codec, container string, formats []string) {
	t.Helper()
	path, dir := temporary(t, "alpha"), t.TempDir()
	enc := api.NewEncoder()
	var streams []*api.VideoStream
	for _, f := range formats {
		streams = append(streams, addVideo(t, enc, alphaStream(codec.Name(), f)))
	}
	require.NoError(t, enc.OpenFile(context.Background(), path, api.Format(container)))
	pictures := 2
	if withoutMarks(container) {
		pictures = 1
	}
	for i := range pictures {
		for _, v := range streams {
			rgba, _ := shadedAlpha(i)
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: rgba, Layout: api.Raw}))
		}
	}
	require.NoError(t, enc.Close())
	args := append(append([]string{"-v", "error"}, readerOf(codec, container)...), "-i", path)
	for i, f := range formats {
		args = append(
			args,
			"-map",
			"0:"+strconv.Itoa(i),
			"-fps_mode",
			"passthrough",
			"-frames:v",
			strconv.Itoa(pictures),
			"-vf",
			"format=rgba,alphaextract,format=gray",
			"-f",
			"rawvideo",
			filepath.Join(dir, f),
		)
	}
	command(t, nil, args...) // since the system's ffmpeg does not know the newest formats
	for f, shown := range readFiles(t, dir, formats) {
		_, first := shadedAlpha(0)
		_, second := shadedAlpha(1)
		within(t, append(first, second...)[:pictures*len(first)], shown, 4, codec.Name()+" in "+f+" in "+container)
	}
}

// readerOf are options that tell ffmpeg what it is to read: FFmpeg's own decoders of VP8 and VP9 do
// not look for an alpha.
func readerOf(codec *astiav.Codec, container string) []string {
	var options []string
	if container == "image2pipe" {
		reader := codec.ID().Name()
		if codec.ID() == astiav.CodecIDLjpeg {
			reader = "mjpeg"
		}
		options = []string{"-f", "image2pipe", "-frame_size", "9999999", "-c:v", reader}
	}
	if strings.HasPrefix(codec.Name(), "libvpx") {
		options = append(options, "-c:v", codec.Name())
	}
	return options
}

// TestAlphaIsRefusedWhereItIsLost looks at what a user is told.
func TestAlphaIsRefusedWhereItIsLost(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		codec, format string
		containers    []string
		says          []string
	}{
		{"libvpx-vp9", "yuva420p", []string{"mp4", "nut", "avi", "ivf"}, []string{"vp9", "webm", "mkv"}},
		{"libvpx", "yuva420p", []string{"ogg", "avi", "nut", "ivf"}, []string{"vp8", "webm", "mkv"}},
		{"vp9", "yuva420p", []string{"mp4"}, []string{"png", "yuv420p"}},
	} {
		for _, container := range c.containers {
			err := openAlpha(t, c.codec, container, c.format)
			requireField(t, err, "PixelFormat")
			for _, word := range append(c.says, container, c.format) {
				require.ErrorContains(t, err, word)
			}
		}
	}
	_, err := api.NewEncoder().AddVideo(alphaStream("dxv", "rgba"))
	requireField(t, err, "PixelFormat")
	require.NoError(t, openAlpha(t, "dxv", "mov", ""))

	enc := api.NewEncoder() // one of several outputs is enough
	addVideo(t, enc, alphaStream("libvpx-vp9", "yuva420p"))
	err = enc.Open(
		context.Background(),
		api.Writer(new(api.MemoryFile), "webm"),
		api.Writer(new(api.MemoryFile), "mp4"),
	)
	requireField(t, err, "PixelFormat")
}

// TestProResAlphaNeedsItsProfile goes through all profiles, by name and number, and the option that
// leaves the alpha out.
func TestProResAlphaNeedsItsProfile(t *testing.T) {
	mediatest.NoLeaks(t)
	for profile, keeps := range map[any]bool{
		"proxy": false, "lt": false, "standard": false, "hq": false, 0: false, 1: false, 2: false, 3: false, "3": false,
		"4444": true, "4444xq": true, 4: true, 5: true, "auto": true,
	} {
		cfg := alphaStream("prores_ks", "yuva444p10le")
		cfg.ExtraOptions["profile"] = profile
		_, err := api.NewEncoder().AddVideo(cfg)
		if keeps {
			require.NoError(t, err, profile)
			continue
		}
		requireField(t, err, "ExtraOptions[profile]")
		require.ErrorContains(t, err, "4444")
		cfg.PixelFormat = "yuv422p10le"
		_, err = api.NewEncoder().AddVideo(cfg)
		require.NoError(t, err, profile)
	}
	cfg := alphaStream("prores_ks", "yuva444p10le")
	cfg.ExtraOptions["alpha_bits"] = 0
	_, err := api.NewEncoder().AddVideo(cfg)
	requireField(t, err, "ExtraOptions[alpha_bits]")
	cfg = alphaStream("prores_aw", "yuva444p10le")
	cfg.ExtraOptions["profile"] = 3
	_, err = api.NewEncoder().AddVideo(cfg)
	requireField(t, err, "ExtraOptions[profile]")
}

// TestVP8AlphaDoesWithoutAlternateReferences also encodes so many pictures that there would be
// some, with VP9 too, which may have them.
func TestVP8AlphaDoesWithoutAlternateReferences(t *testing.T) {
	mediatest.NoLeaks(t)
	for codec, refuses := range map[string]bool{"libvpx": true, "libvpx-vp9": false} {
		for _, value := range []any{nil, 0, "0", 1, -1, "2"} {
			cfg := alphaStream(codec, "yuva420p")
			if value != nil {
				cfg.ExtraOptions["auto-alt-ref"] = value
			}
			v, err := api.NewEncoder().AddVideo(cfg)
			if refuses && value != nil && value != 0 && value != "0" {
				requireField(t, err, "ExtraOptions[auto-alt-ref]")
				continue
			}
			require.NoError(t, err, "%s %v", codec, value)
			require.NotNil(t, v)
			path := saved(t, "alpha.webm", encodePictures(t, cfg, func(v *api.VideoStream) {
				for i := range 60 {
					rgba, _ := shadedAlpha(i / 10)
					require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: rgba, Layout: api.Raw}))
				}
			}))
			shown := mediatest.Run(
				t,
				"ffmpeg",
				"-v",
				"error",
				"-c:v",
				codec,
				"-i",
				path,
				"-vf",
				"format=rgba,alphaextract,format=gray",
				"-f",
				"rawvideo",
				"-",
			)
			require.Len(t, shown, 60*alphaSide*alphaSide)
			for i := range 60 {
				_, want := shadedAlpha(i / 10)
				require.Greater(
					t,
					mediatest.PSNR(want, shown[i*len(want):][:len(want)]),
					30.0,
					"%s %v: picture %d",
					codec,
					value,
					i,
				)
			}
		}
	}
}

// noteLostAlpha notes what is said about an alpha that would be lost.
func noteLostAlpha(t *testing.T, note func(name, field string, err error)) {
	t.Helper()
	note("alpha of VP9 in mp4", "PixelFormat", openAlpha(t, "libvpx-vp9", "mp4", "yuva420p"))
	note("alpha of VP8 in ogg", "PixelFormat", openAlpha(t, "libvpx", "ogg", "yuva420p"))
	enc := api.NewEncoder()
	addVideo(t, enc, alphaStream("libvpx-vp9", "yuva420p"))
	note("alpha of VP9 in one of two containers", "PixelFormat",
		enc.Open(context.Background(), api.Writer(new(api.MemoryFile), "webm"), api.Writer(io.Discard, "ivf")))
}
