package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestCameraForAnHour: a camera at 10 to 40 frames per second runs beside sound for an hour. At the
// end, a clap is seen and heard within one frame's time.
func TestCameraForAnHour(t *testing.T) {
	mediatest.NoLeaks(t)
	const soundRate = 8000
	length := 6 * time.Minute
	if mediatest.Long(t) {
		length = time.Hour
	}
	clap := length - 2*time.Second
	paths := []string{temporary(t, "camera.mp4"), temporary(t, "camera.mkv")}
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{
		Width: 16, Height: 16, FrameRate: 25, InputFormat: "gray", Codec: "libx264", Preset: "ultrafast",
		PixelFormat: "yuv420p", Threads: 1, VariableRate: true,
	})
	a := addAudio(t, enc, api.AudioConfig{SampleRate: soundRate, NumChannels: 1, Codec: "aac"})
	require.NoError(t, enc.Open(ctx, api.File(paths[0]), api.File(paths[1])))

	var g errgroup.Group
	seen := time.Duration(0) // when the first picture of the clap was taken
	g.Go(func() error {
		random := rand.New(rand.NewPCG(1, 2))
		dark, bright := make([]byte, 256), bytes.Repeat([]byte{255}, 256)
		for at := time.Duration(0); at < length; at += time.Duration(25+random.IntN(76)) * time.Millisecond {
			picture := dark
			if at >= clap {
				picture = bright
				if seen == 0 {
					seen = at
				}
			}
			if err := v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.Raw, PTS: []time.Duration{at}}); err != nil {
				return err
			}
		}
		return v.End()
	})
	g.Go(func() error {
		silent, loud := make([]float32, soundRate/10), make([]float32, soundRate/10)
		for i := range loud {
			loud[i] = float32(math.Sin(float64(i)) * 0.9)
		}
		for at := time.Duration(0); at < length; at += time.Second / 10 {
			block := silent
			if at >= clap {
				block = loud
			}
			if err := a.AddSamples(ctx, [][]float32{block}); err != nil {
				return err
			}
		}
		return a.End()
	})
	require.NoError(t, g.Wait())
	require.NoError(t, enc.Close())
	for _, path := range paths {
		require.InDelta(t, seen.Seconds(), clapSeen(t, path, clap-time.Second), 0.0051, path) // showinfo has six digits
		require.InDelta(t, clap.Seconds(), clapHeard(t, path, clap-time.Second, soundRate), 0.025, path)
	}
	require.InDelta(t, clap.Seconds(), seen.Seconds(), 0.1)
}

// clapSeen returns when the first bright picture after a time is shown, in seconds.
func clapSeen(t *testing.T, path string, after time.Duration) float64 {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-nostats", "-i", path, "-an", "-copyts", "-fps_mode", "passthrough", "-vf",
		"select='gt(t,"+strconv.FormatFloat(after.Seconds(), 'f', 3, 64)+")',showinfo", "-f", "null", "-")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	shown := regexp.MustCompile(`pts_time:([0-9.]+).* mean:\[([0-9]+)`)
	for _, m := range shown.FindAllSubmatch(out, -1) {
		mean, err := strconv.Atoi(string(m[2]))
		require.NoError(t, err)
		if mean > 128 {
			at, err := strconv.ParseFloat(string(m[1]), 64)
			require.NoError(t, err)
			return at
		}
	}
	require.Fail(t, "no clap is seen", "%s", path)
	return 0
}

// clapHeard returns when the first loud sample after a time is heard, in seconds.
func clapHeard(t *testing.T, path string, after time.Duration, rate int) float64 {
	t.Helper()
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-vn", "-copyts", "-af",
		"atrim=start="+strconv.FormatFloat(after.Seconds(), 'f', 3, 64), "-f", "f32le", "-")
	for i := 0; i+4 <= len(raw); i += 4 {
		if math.Abs(float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))) > 0.3 {
			return after.Seconds() + float64(i/4)/float64(rate)
		}
	}
	require.Fail(t, "no clap is heard", "%s", path)
	return 0
}
