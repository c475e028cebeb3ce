package api_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

const (
	unevenSize   = 64
	unevenFrames = 90
	unevenRate   = 30
)

// uneven returns pictures in yuv420p: a still one for two seconds, then one that moves and has
// noise.
func uneven() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var all []byte
	for k := range unevenFrames {
		shift, noise := 0, 1
		if k >= unevenFrames*2/3 {
			shift, noise = 3*k, 40
		}
		for y := range unevenSize {
			for x := range unevenSize {
				all = append(all, byte(16+(2*x+y+shift)%160+random.IntN(noise)))
			}
		}
		for range unevenSize * unevenSize / 2 {
			all = append(all, byte(128-noise/2+random.IntN(noise)))
		}
	}
	return all
}

// unevenVideo is a stream of these pictures, which are not converted.
func unevenVideo(codec string, bitRate int64) api.VideoConfig {
	return api.VideoConfig{
		Width: unevenSize, Height: unevenSize, FrameRate: unevenRate, Codec: codec, BitRate: bitRate, Threads: 1,
		InputFormat: "yuv420p", PixelFormat: "yuv420p", ColorSpace: "bt601",
	}
}

// drawUneven is a Draw that feeds the pictures one by one.
func drawUneven(pictures []byte) func(context.Context, *api.VideoStream) error {
	return func(ctx context.Context, v *api.VideoStream) error {
		for frame := range slices.Chunk(pictures, unevenSize*unevenSize*3/2) {
			if err := v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.Raw}); err != nil {
				return err
			}
		}
		return nil
	}
}

// passCase is an encoder that can make two passes.
type passCase struct {
	name             string // "": codec
	codec, extension string
	noRate           bool     // there is a CRF, and no bit rate
	args             []string // of the ffmpeg command beside the bit rate
	alter            func(c *api.VideoConfig)
}

func passCases() []passCase {
	preset := func(name string) func(c *api.VideoConfig) {
		return func(c *api.VideoConfig) { c.Preset = name }
	}
	option := func(key string, value any) func(c *api.VideoConfig) {
		return func(c *api.VideoConfig) { c.ExtraOptions = map[string]any{key: value} }
	}
	quality := func(c *api.VideoConfig) { c.CRF, c.ExtraOptions = new(30.0), map[string]any{"cpu-used": 4} }
	return []passCase{
		{codec: "libx264", extension: "mp4", args: append([]string{"-preset", "fast"}, x264Args()...), alter: preset("fast")},
		{codec: "libx265", extension: "mkv", args: []string{
			"-preset", "fast", "-x265-params", "log-level=none:pools=1:ctu=32:open-gop=0",
		}, alter: preset("fast")},
		{codec: "libvpx", extension: "webm"},
		{codec: "libvpx-vp9", extension: "webm", args: []string{"-cpu-used", "4"}, alter: option("cpu-used", 4)},
		{codec: "libaom-av1", extension: "mkv", args: []string{
			"-cpu-used", "8", "-aom-params", "chroma-sample-position=vertical",
		}, alter: option("cpu-used", 8)},
		{
			name: "libvpx-vp9, quality", codec: "libvpx-vp9", extension: "webm", noRate: true,
			args: []string{"-crf", "30", "-b:v", "0", "-cpu-used", "4"}, alter: quality,
		},
		{
			name: "libvpx-vp9, capped quality", codec: "libvpx-vp9", extension: "mp4",
			args: []string{"-crf", "30", "-cpu-used", "4"}, alter: quality,
		},
		{codec: "mpeg4", extension: "avi", args: []string{"-bf", "2"}, alter: option("bf", 2)},
		{codec: "mpeg2video", extension: "mkv"},
		{codec: "h263p", extension: "mkv"},
	}
}

// x264Args are what avloom sets where x264's fastest code is wrong.
func x264Args() []string {
	if cpu.X86.HasAVX512F {
		return []string{"-x264-params", "asm=AVX2"}
	}
	return nil
}

const passBitRate = 120_000

// TestTwoPassesAgainstTheCommand makes two passes as the ffmpeg command does, which keeps the
// statistics in files. The packets are the same, bit by bit.
func TestTwoPassesAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := uneven()
	for _, c := range passCases() {
		t.Run(cmp.Or(c.name, c.codec), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			theirs, ours := filepath.Join(dir, "theirs."+c.extension), filepath.Join(dir, "ours."+c.extension)
			commandPasses(t, c, pictures, theirs)
			cfg := unevenVideo(c.codec, passBitRate)
			if c.alter != nil {
				c.alter(&cfg)
			}
			if c.noRate {
				cfg.BitRate = 0
			}
			require.NoError(t, api.RenderTwoPass(context.Background(), api.TwoPass{
				Path: ours, Video: cfg, Draw: drawUneven(pictures),
			}))
			requireSamePackets(t, theirs, ours)
			require.Len(t, mediatest.Pictures(t, ours, 0, "yuv420p"), unevenFrames)

			one := filepath.Join(dir, "one."+c.extension)
			encodeOnePass(t, cfg, pictures, one)
			require.NotEqual(t, packetHashes(t, one), packetHashes(t, ours), "the second pass used the statistics")
		})
	}
}

// commandPasses makes two passes with the command.
func commandPasses(t *testing.T, c passCase, pictures []byte, path string) {
	t.Helper()
	for pass := 1; pass <= 2; pass++ {
		args := []string{
			"-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", fmt.Sprintf("%dx%d", unevenSize, unevenSize),
			"-r", fmt.Sprint(unevenRate), "-i", "-",
			"-vf", "setparams=range=tv:colorspace=smpte170m:color_primaries=bt709:color_trc=bt709:chroma_location=center",
			"-c:v", c.codec, "-b:v", fmt.Sprint(passBitRate), "-threads", "1",
			"-pass", fmt.Sprint(pass), "-passlogfile", path + ".log",
		}
		args = append(args, c.args...)
		if pass == 1 {
			args = append(args, "-flags:v", "+global_header", "-f", "null", "-")
		} else {
			args = append(args, path)
		}
		command(t, pictures, args...)
	}
}

// encodeOnePass encodes the pictures in one pass.
func encodeOnePass(t *testing.T, cfg api.VideoConfig, pictures []byte, path string) {
	t.Helper()
	enc := api.NewEncoder()
	defer func() { _ = enc.Abort(nil) }()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	require.NoError(t, drawUneven(pictures)(context.Background(), v))
	require.NoError(t, enc.Close())
}

// requireSamePackets checks that two files have the same video packets. It shows the first that
// differ.
func requireSamePackets(t *testing.T, theirs, ours string) {
	t.Helper()
	want, got := packetHashes(t, theirs), packetHashes(t, ours)
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i], "packet %d", i)
	}
}

// packetHashes returns a hash of each video packet of a file, in their order.
func packetHashes(t *testing.T, path string) []string {
	t.Helper()
	out := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "framemd5", "-")
	var hashes []string
	for line := range strings.Lines(string(bytes.TrimSpace(out))) {
		if fields := strings.Split(strings.TrimSpace(line), ","); !strings.HasPrefix(line, "#") {
			hashes = append(hashes, strings.TrimSpace(fields[4])+" "+strings.TrimSpace(fields[5]))
		}
	}
	require.NotEmpty(t, hashes)
	return hashes
}

// TestTwoPassesMeetTheRate encodes a still picture that begins to move. libx264 makes more than
// twice the rate of it in one pass.
func TestTwoPassesMeetTheRate(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := uneven()
	for _, codec := range []string{"libx264", "libx265", "libvpx-vp9"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "film.mkv")
			require.NoError(t, api.RenderTwoPass(context.Background(), api.TwoPass{
				Path: path, Video: unevenVideo(codec, passBitRate), Draw: drawUneven(pictures),
			}))
			bytes := int64(0)
			for _, p := range mediatest.Packets(t, path) {
				bytes += p.Size
			}
			share := float64(bytes*8*unevenRate/unevenFrames) / passBitRate
			t.Logf("%.2f of the rate", share)
			require.InDelta(t, 1, share, 0.2)
		})
	}
}
