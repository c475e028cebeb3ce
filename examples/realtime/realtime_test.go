package main

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
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) {
	if folder, child := os.LookupEnv(childFolder); child {
		if err := run(context.Background(), overloaded(folder), os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	mediatest.Main(m)
}

// childFolder names the variable that makes the test's binary run the example instead.
const childFolder = "AVLOOM_TEST_REALTIME"

// overloaded are arguments for a recording that one core cannot encode in time.
func overloaded(folder string) []string {
	return []string{
		"-o", filepath.Join(folder, "pendulum.mp4"), "-preview", filepath.Join(folder, "preview.ts"),
		"-preset", "slower", "-for", "3s",
	}
}

// TestOnOneCoreThatIsTooSlow runs the example on one core with a slow preset. The loop keeps its
// tick, the sound is whole, and every picture is accounted for. The bounds of the times are wide:
// other programs may run on that core.
func TestOnOneCoreThatIsTooSlow(t *testing.T) {
	folder := t.TempDir()
	cmd := exec.Command("taskset", "-c", "0", os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+folder)
	var told bytes.Buffer
	cmd.Stderr = &told
	out, err := cmd.Output()
	require.NoError(t, err, told.String())
	var p punctuality
	var took float64
	var latest string
	var accepted, dropped, samples int
	_, err = fmt.Sscanf(string(out), "%d ticks in %f s, %d of them late, by %s at most\n"+
		"%d pictures offered: %d accepted, %d dropped; %d not drawn for lack of time\n%d samples of sound\n",
		&p.ticks, &took, &p.late, &latest, &p.offered, &accepted, &dropped, &p.skipped, &samples)
	require.NoError(t, err, string(out))
	t.Log(string(out))

	require.Equal(t, 3*ticksPerSecond, p.ticks)
	require.InDelta(t, 3, took, 1, "the loop's period holds")
	p.latest, err = time.ParseDuration(latest)
	require.NoError(t, err)
	require.Less(t, p.latest, time.Second)
	require.Equal(t, p.offered, accepted+dropped)
	require.Equal(t, 3*frameRate, p.offered+p.skipped)
	require.Positive(t, dropped, "the core is too slow")
	require.Equal(t, 3*sampleRate, samples)
	for _, name := range []string{"pendulum.mp4", "preview.ts"} {
		checkRecording(t, filepath.Join(folder, name))
	}
}

// TestPreviewThatFails has a preview to which nobody listens.
func TestPreviewThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "pendulum.mp4")
	var told bytes.Buffer
	args := []string{"-o", path, "-preview", "tcp://127.0.0.1:1", "-width", "320", "-height", "180", "-for", "500ms"}
	require.NoError(t, run(t.Context(), args, &told, &told))
	times := mediatest.FrameTimes(t, path, 0)
	require.InDelta(t, frameRate/2, len(times), frameRate/4, "but for pictures that were not drawn for lack of time")
	slices.Sort(times)
	for i := range times {
		require.InDelta(t, float64(i)/frameRate, times[i]-times[0], 1e-4)
	}
}

// checkRecording asserts that the pictures come at a constant rate, and that the sound is whole.
func checkRecording(t *testing.T, path string) {
	t.Helper()
	times := mediatest.FrameTimes(t, path, 0)
	slices.Sort(times)
	require.Greater(t, len(times), 1)
	for i := range times {
		require.InDelta(t, float64(i)/frameRate, times[i]-times[0], 1e-4)
	}
	sound := mediatest.Sound(t, path, 1)
	require.InDelta(t, 3*sampleRate, len(sound[0]), 2*1024, "AAC has priming and padding")
	silent := 0
	for i := 4800; i < 3*sampleRate-4800; i++ { // a tone has no gap
		if silent++; sound[0][i] > 0.02 || sound[0][i] < -0.02 {
			silent = 0
		}
		require.Less(t, silent, 200, "silence at sample "+strconv.Itoa(i))
	}
}
