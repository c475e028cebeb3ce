package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// sources are the arguments with which the system's ffmpeg makes clips.
var sources = map[string]struct {
	name string
	args []string
}{
	"B-frames and priming": {"in.mp4", []string{
		"-f", "lavfi", "-i", "testsrc2=s=320x240:r=30000/1001:d=2",
		"-f", "lavfi", "-i", "sine=r=44100:d=2,aformat=channel_layouts=stereo",
		"-c:v", "libx264", "-bf", "3", "-c:a", "aac",
	}},
	"ten bits, PCM, and a late start": {"in.mkv", []string{
		"-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1",
		"-f", "lavfi", "-i", "sine=r=48000:d=1", "-output_ts_offset", "1.4",
		"-c:v", "libx264", "-pix_fmt", "yuv420p10le",
		"-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "arib-std-b67",
		"-c:a", "pcm_s16le",
	}},
	"full range, wide pixels, no sound": {"in.mp4", []string{
		"-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1",
		"-vf", "scale=out_range=pc,setsar=4/3", "-color_range", "pc", "-c:v", "libx264",
	}},
	"sound alone": {"in.mp4", []string{"-f", "lavfi", "-i", "sine=r=48000:d=1", "-c:a", "aac"}},
}

func TestNothingIsLost(t *testing.T) {
	clip, err := defaultClip(context.Background())
	require.NoError(t, err)
	t.Run("the clip of go-astiav", func(t *testing.T) { checkTranscode(t, clip) })
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), source.name)
			mediatest.Run(t, "ffmpeg", slices.Concat([]string{"-v", "error"}, source.args, []string{path})...)
			checkTranscode(t, path)
		})
	}
}

func checkTranscode(t *testing.T, in string) {
	mediatest.NoLeaks(t)
	out := filepath.Join(t.TempDir(), "out.mp4")
	var result bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-i", in, "-o", out}, &result, io.Discard))
	require.Contains(t, result.String(), out)

	before, after := mediatest.Probe(t, in), mediatest.Probe(t, out)
	require.Len(t, after.Streams, len(before.Streams))
	for i, b := range before.Streams {
		a := after.Streams[i]
		require.Equal(t, b.Type, a.Type)
		if b.Type == "video" {
			samePictures(t, in, out, b, a)
		} else {
			sameSound(t, in, out, b, a)
		}
	}
}

func samePictures(t *testing.T, in, out string, before, after mediatest.Stream) {
	t.Helper()
	require.Equal(t, before.PixelFormat, after.PixelFormat)
	require.Equal(t, before.FrameRate, after.FrameRate)
	require.Equal(t, before.ChromaLocation, after.ChromaLocation)
	for _, tag := range [][2]string{
		{before.ColorSpace, after.ColorSpace},
		{before.ColorRange, after.ColorRange},
		{before.ColorPrimaries, after.ColorPrimaries},
		{before.ColorTransfer, after.ColorTransfer},
	} {
		if tag[0] != "" {
			require.Equal(t, tag[0], tag[1])
		}
	}
	require.Equal(t, pixelAspect(t, in), pixelAspect(t, out))

	a, b := mediatest.Pictures(t, in, before.Index, "yuv420p"), mediatest.Pictures(t, out, after.Index, "yuv420p")
	require.Len(t, b, len(a))
	require.NotEmpty(t, a)
	for k := range a {
		require.Greater(t, mediatest.PSNR(a[k], b[k]), 35.0, "picture %d", k)
	}
}

// sameSound checks that no sample is missing beyond a codec's frame, and that each is heard when it
// was: the error is far weaker than the sound.
func sameSound(t *testing.T, in, out string, before, after mediatest.Stream) {
	t.Helper()
	const frame = 1024
	require.Equal(t, before.SampleRate, after.SampleRate)
	require.Equal(t, before.Channels, after.Channels)
	rate, err := strconv.ParseFloat(after.SampleRate, 64)
	require.NoError(t, err)

	a, b := mediatest.Sound(t, in, before.Index), mediatest.Sound(t, out, after.Index)
	delay := int(math.Round(soundDelay(t, in, before.Index) * rate))
	require.InDelta(t, len(a[0])+delay, len(b[0]), frame)
	seconds, err := strconv.ParseFloat(after.Duration, 64)
	require.NoError(t, err)
	require.InDelta(t, float64(len(a[0])+delay)/rate, seconds, frame/rate)

	var power, errorPower float64
	for c := range a {
		for i := range min(len(a[c]), len(b[c])-delay) {
			d := float64(a[c][i]) - float64(b[c][i+delay])
			power += float64(a[c][i]) * float64(a[c][i])
			errorPower += d * d
		}
	}
	require.Less(t, errorPower, power/10)
}

// soundDelay returns how long after the clip its sound begins, in seconds. The decoder gives
// nothing for the first packet of some clips.
func soundDelay(t *testing.T, path string, index int) float64 {
	start := math.Inf(1)
	for _, s := range mediatest.Probe(t, path).Streams {
		start = min(start, mediatest.FrameTimes(t, path, s.Index)[0])
	}
	return mediatest.FrameTimes(t, path, index)[0] - start
}

func pixelAspect(t *testing.T, path string) string {
	return string(mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v",
		"-show_entries", "stream=sample_aspect_ratio", "-of", "csv=p=0", path))
}

func TestLateSound(t *testing.T) {
	mediatest.NoLeaks(t)
	in, out := filepath.Join(t.TempDir(), "in.mkv"), filepath.Join(t.TempDir(), "out.mp4")
	mediatest.Run(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2",
		"-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=r=48000:d=1", "-c:a", "pcm_s16le", in)
	require.NoError(t, run(context.Background(), []string{"-i", in, "-o", out}, io.Discard, io.Discard))
	sound := mediatest.Sound(t, out, 1)[0]
	require.InDelta(t, 1.5*48000, len(sound), 1024)
	loud := slices.IndexFunc(sound, func(v float32) bool { return v > 0.05 })
	require.InDelta(t, 0.5*48000, loud, 480)
}

func TestVariableRateIsRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	in, out := filepath.Join(t.TempDir(), "in.mkv"), filepath.Join(t.TempDir(), "out.mp4")
	mediatest.Run(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2",
		"-vf", "select=not(between(n\\,20\\,30))", "-fps_mode", "vfr", in)
	err := run(context.Background(), []string{"-i", in, "-o", out}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "picture 20 is 0.440 s off the beat")
}

// TestInterrupted checks that the file is finished, and holds the part that was read.
func TestInterrupted(t *testing.T) {
	mediatest.NoLeaks(t)
	const seconds, rate = 60, 25
	in, out := filepath.Join(t.TempDir(), "in.mp4"), filepath.Join(t.TempDir(), "out.mp4")
	mediatest.Run(t, "ffmpeg", "-v", "error",
		"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=320x240:r=%d:d=%d", rate, seconds),
		"-f", "lavfi", "-i", fmt.Sprintf("sine=r=48000:d=%d", seconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", in)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-i", in, "-o", out}, io.Discard, io.Discard) }()
	require.Eventually(t, func() bool {
		info, err := os.Stat(out)
		return err == nil && info.Size() > 50_000 || len(ended) > 0
	}, time.Minute, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)

	streams := mediatest.Probe(t, out).Streams
	frames, err := strconv.Atoi(streams[0].NbReadFrames)
	require.NoError(t, err)
	require.Positive(t, frames)
	require.Less(t, frames, seconds*rate)
	require.Equal(t, streams[0].NbFrames, streams[0].NbReadFrames)
	sound := float64(len(mediatest.Sound(t, out, 1)[0])) / 48000
	require.InDelta(t, float64(frames)/rate, sound, 0.5, "pictures and sound are about as long as in the source")
	last := func(path string) []byte {
		return mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path,
			"-vf", fmt.Sprintf("select=eq(n\\,%d)", frames-1), "-frames:v", "1", "-f", "rawvideo", "-")
	}
	require.Greater(t, mediatest.PSNR(last(in), last(out)), 30.0)
}

func TestWhatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	clip, err := defaultClip(context.Background())
	require.NoError(t, err)
	require.Error(t, run(context.Background(), []string{"-i", filepath.Join(dir, "absent.mp4")}, io.Discard, io.Discard))
	out := filepath.Join(dir, "out.unheard-of")
	require.Error(t, run(context.Background(), []string{"-i", clip, "-o", out}, io.Discard, io.Discard))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out = filepath.Join(dir, "out.mp4")
	require.ErrorIs(t, run(ctx, []string{"-i", clip, "-o", out}, io.Discard, io.Discard), context.Canceled)
}

// TestDecoderThatIsMissing checks the error for a codec whose decoder the lean build of FFmpeg
// leaves out: it says how to get one.
func TestDecoderThatIsMissing(t *testing.T) {
	mediatest.NoLeaks(t)
	in := filepath.Join(t.TempDir(), "in.mkv")
	mediatest.Run(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-c:v", "libtheora", in)
	err := run(context.Background(), []string{"-i", in, "-o", in + ".mp4"}, io.Discard, io.Discard)
	if astiav.FindDecoder(astiav.CodecIDTheora) != nil {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, astiav.ErrDecoderNotFound)
	require.ErrorContains(t, err, "AVLOOM_FFMPEG=full")
}
