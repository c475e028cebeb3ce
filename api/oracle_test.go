package api_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// oracle is a setting that is given to avloom and to the ffmpeg command of the same build.
type oracle struct {
	name   string
	cfg    api.VideoConfig
	args   []string
	within float64 // the share of values that must be within 2
}

const (
	oracleWidth  = 320
	oracleHeight = 180
	oracleFrames = 30
)

// moving returns pictures of a real clip, R G B, as it fades in from black.
func moving(t *testing.T) []byte {
	t.Helper()
	data := bytes.Join(mediatest.Pictures(t, realClip(t), 0, "rgb24"), nil)
	return data[:oracleFrames*oracleWidth*oracleHeight*3]
}

// realClip is a file with real pictures.
func realClip(t *testing.T) string {
	t.Helper()
	dir := bytes.TrimSpace(mediatest.Run(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/asticode/go-astiav"))
	return filepath.Join(string(dir), "testdata", "video.mp4")
}

func oracles(extension string) []oracle {
	plain := oracle{
		name:   "plain",
		cfg:    api.VideoConfig{PixelFormat: "yuv420p"},
		args:   []string{"-pix_fmt", "yuv420p"},
		within: 0.99,
	}
	switch extension {
	case "avi", "flv": // their default codecs know neither crf nor preset, and no 4:4:4
		plain.within = 0.94
		return []oracle{plain}
	}
	crf0, crf30 := 0.0, 30.0
	return []oracle{
		plain,
		{
			"444 crf 0",
			api.VideoConfig{PixelFormat: "yuv444p", CRF: &crf0},
			[]string{"-pix_fmt", "yuv444p", "-crf", "0"},
			0.99,
		},
		{
			"420 crf 30",
			api.VideoConfig{PixelFormat: "yuv420p", CRF: &crf30},
			[]string{"-pix_fmt", "yuv420p", "-crf", "30"},
			0.99,
		},
		{
			"420 ultrafast",
			api.VideoConfig{PixelFormat: "yuv420p", Preset: "ultrafast"},
			[]string{"-pix_fmt", "yuv420p", "-preset", "ultrafast"},
			0.99,
		},
		{
			"bt709",
			api.VideoConfig{PixelFormat: "yuv420p", ColorSpace: "bt709"},
			[]string{"-pix_fmt", "yuv420p", "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709"},
			0.99,
		},
	}
}

func TestVideoAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := moving(t)
	for _, extension := range []string{"mov", "mp4", "avi", "mkv", "flv"} {
		for _, rate := range []float64{30, 29.97} {
			for _, o := range oracles(extension) {
				t.Run(fmt.Sprintf("%s/%g/%s", extension, rate, o.name), func(t *testing.T) {
					t.Parallel()
					dir := t.TempDir()
					theirs, ours := filepath.Join(dir, "theirs."+extension), filepath.Join(dir, "ours."+extension)
					args := append([]string{
						"-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", oracleWidth, oracleHeight),
						"-r", strconv.FormatFloat(rate, 'g', -1, 64), "-i", "-",
					}, o.args...)
					command(t, pictures, append(args, theirs)...)
					encodeMoving(t, o, rate, pictures, api.File(ours))
					requireSameVideo(t, theirs, ours, o.within, extension)

					var memory api.MemoryFile
					encodeMoving(t, o, rate, pictures, api.Writer(&memory, extension))
					content, err := os.ReadFile(ours)
					require.NoError(t, err)
					require.Equal(t, content, memory.Bytes())
				})
			}
		}
	}
}

// command runs the ffmpeg of the build that avloom is linked with.
func command(t *testing.T, stdin []byte, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func encodeMoving(t *testing.T, o oracle, rate float64, pictures []byte, out api.Output) {
	t.Helper()
	cfg := o.cfg
	cfg.Width, cfg.Height, cfg.FrameRate = oracleWidth, oracleHeight, rate
	if cfg.ColorSpace == "" {
		cfg.ColorSpace = "bt601" // as the command converts
	}
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.Open(context.Background(), out))
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures, Layout: api.NHWC}))
	require.NoError(t, enc.Close())
}

func requireSameVideo(t *testing.T, theirs, ours string, within float64, extension string) {
	t.Helper()
	want, got := mediatest.Probe(t, theirs).Streams[0], mediatest.Probe(t, ours).Streams[0]
	describe := func(s mediatest.Stream) []any {
		return []any{
			s.Codec,
			s.Width,
			s.Height,
			s.PixelFormat,
			s.Duration,
			s.DurationTS,
			s.FrameRate,
			s.AvgFrameRate,
			s.TimeBase,
			s.NbFrames,
			s.NbReadFrames,
			s.StartTime,
		}
	}
	require.Equal(t, describe(want), describe(got))
	require.Equal(t, frameTable(t, theirs, extension), frameTable(t, ours, extension))

	requireSamePixels(t, theirs, ours, 30, within)
}

// requireSamePixels asks of each frame a PSNR above this, in decibels, and of this share of all
// values that they are within 2.
func requireSamePixels(t *testing.T, theirs, ours string, psnr, within float64) {
	t.Helper()
	a, b := mediatest.Pictures(t, theirs, 0, "yuv444p"), mediatest.Pictures(t, ours, 0, "yuv444p")
	require.Len(t, b, oracleFrames)
	require.Len(t, a, len(b))
	near, total := 0, 0
	for i := range a {
		require.Greater(t, mediatest.PSNR(a[i], b[i]), psnr, "frame %d", i)
		for k := range a[i] {
			if d := int(a[i][k]) - int(b[i][k]); d >= -2 && d <= 2 {
				near++
			}
		}
		total += len(a[i])
	}
	require.GreaterOrEqual(t, float64(near)/float64(total), within)
}

// frameTable is what ffprobe says of the times of each frame.
func frameTable(t *testing.T, path, extension string) string {
	t.Helper()
	entries := "frame=pts,pts_time,duration,duration_time"
	if extension == "flv" {
		entries = "frame=pts"
	}
	return string(
		mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "0", "-show_entries", entries, "-of", "csv", path),
	)
}

// TestEveryWayInAndOutGivesTheSamePixels feeds the same pictures as NHWC and as NCHW, into a file
// and into a writer that cannot seek.
func TestEveryWayInAndOutGivesTheSamePixels(t *testing.T) {
	mediatest.NoLeaks(t)
	nhwc := moving(t)[20*oracleWidth*oracleHeight*3:]
	nchw := make([]byte, 0, len(nhwc))
	for size := oracleWidth * oracleHeight * 3; len(nchw) < len(nhwc); {
		frame := nhwc[len(nchw):][:size]
		for c := range 3 {
			for i := c; i < size; i += 3 {
				nchw = append(nchw, frame[i])
			}
		}
	}
	encode := func(out api.Output, f api.Frames) {
		enc := api.NewEncoder()
		v := addVideo(
			t,
			enc,
			api.VideoConfig{Width: oracleWidth, Height: oracleHeight, FrameRate: 30, Codec: "libx264", Threads: 1},
		)
		require.NoError(t, enc.Open(context.Background(), out))
		require.NoError(t, v.AddFrames(context.Background(), f))
		require.NoError(t, enc.Close())
	}
	for _, extension := range []string{"mp4", "mov", "mkv", "flv", "ts"} {
		path := temporary(t, "file."+extension)
		var planar api.MemoryFile
		var plain bytes.Buffer
		encode(api.File(path), api.Frames{Data: nhwc, Layout: api.NHWC})
		encode(api.Writer(&planar, extension), api.Frames{Data: nchw, Layout: api.NCHW})
		encode(api.Writer(&plain, extension), api.Frames{Data: nchw, Layout: api.NCHW})
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, planar.Bytes()), extension)
		want := mediatest.Pictures(t, path, 0, "yuv420p")
		require.Len(t, want, 10, extension)
		require.True(
			t,
			slices.EqualFunc(
				want,
				mediatest.Pictures(t, saved(t, "plain."+extension, plain.Bytes()), 0, "yuv420p"),
				bytes.Equal,
			),
			extension,
		)
	}
}
