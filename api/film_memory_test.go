package api_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFilmMemory compares the most memory that processes take for a film of few frames and for one
// of many. MPEG-TS has no index, which would grow.
func TestFilmMemory(t *testing.T) {
	mediatest.NoLeaks(t)
	const variable = "AVLOOM_TEST_LONG_FILM"
	if value, child := os.LookupEnv(variable); child {
		frames, path, _ := strings.Cut(value, " ")
		renderLong(t, path, frames)
		return
	}
	few, many := 1000, 20_000
	if mediatest.Long(t) {
		many = 100_000
	}
	most := func(frames int) int {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFilmMemory$")
		cmd.Env = append(os.Environ(), "GOGC=25", fmt.Sprintf("%s=%d %s", variable, frames, temporary(t, "film.ts")))
		out, err := cmd.Output()
		require.NoError(t, err, string(out))
		_, text, ok := strings.Cut(string(out), "most memory:")
		require.True(t, ok, string(out))
		var kib int
		_, err = fmt.Sscan(text, &kib)
		require.NoError(t, err)
		return kib
	}
	before, after := most(few), most(many)
	t.Logf("%d frames: %d KiB, %d frames: %d KiB", few, before, many, after)
	require.Less(t, after, before+16<<10)
}

// renderLong makes a film of small pictures with sound, and tells the most memory that the process
// has taken.
func renderLong(t *testing.T, path, frames string) {
	t.Helper()
	n, err := strconv.Atoi(frames)
	require.NoError(t, err)
	picture := filmPictures(7, 1, 32, 32)
	sound := stereo()
	_, err = api.RenderFilm(context.Background(), api.Film{
		Path: path, Frames: n, Audio: &sound,
		Video: api.VideoConfig{Width: 32, Height: 32, FrameRate: 100, Codec: "mpeg2video"},
		Draw: func(ctx context.Context, v *api.VideoStream, _, n int) error {
			for range n {
				if err := v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}); err != nil {
					return err
				}
			}
			return nil
		},
		Sound: func(ctx context.Context, a *api.AudioStream) error {
			second := tone(2, 0, 48000)
			for range n / 100 {
				if err := a.AddSamples(ctx, second); err != nil {
					return err
				}
			}
			return nil
		},
	}, api.RenderConfig{Workers: 2})
	require.NoError(t, err)
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println("most memory:", strings.Fields(text)[0])
}
