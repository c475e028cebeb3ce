package api_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// ownTimesDir names the folder in which TestVariableRateCrash, when it is the child, writes until
// it is killed; ownTimesCase says what it writes.
const (
	ownTimesDir  = "AVLOOM_TEST_OWN_TIMES"
	ownTimesCase = "AVLOOM_TEST_OWN_TIMES_CASE"
)

// ownTimesFiles are the outputs of the child, all of one encoder. "live" is written from front to
// back.
var ownTimesFiles = []string{"own.mp4", "own.mov", "own.mkv", "own.ts", "live.mp4"}

// TestVariableRateCrash kills a process after two Syncs. The files have all frames that the encoder
// had released, at their times.
func TestVariableRateCrash(t *testing.T) {
	if dir := os.Getenv(ownTimesDir); dir != "" {
		writeOwnTimes(t, dir, strings.Fields(os.Getenv(ownTimesCase)))
		return
	}
	mediatest.NoLeaks(t)
	for _, preset := range []string{"ultrafast", "medium"} {
		for _, sound := range []string{"none", "fed", "never"} {
			t.Run(preset+" sound "+sound, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				cmd := exec.Command(os.Args[0], "-test.run", "^TestVariableRateCrash$")
				cmd.Env = append(os.Environ(), ownTimesDir+"="+dir, ownTimesCase+"="+preset+" "+sound)
				out, err := cmd.StdoutPipe()
				require.NoError(t, err)
				require.NoError(t, cmd.Start())
				line, err := bufio.NewReader(out).ReadString('\n')
				require.NoError(t, cmd.Process.Kill())
				require.EqualError(t, cmd.Wait(), "signal: killed")
				require.NoError(t, err)
				require.Equal(t, "synced\n", line)
				for _, name := range ownTimesFiles {
					checkOwnTimesAfterKill(t, filepath.Join(dir, name), preset, sound)
				}
			})
		}
	}
}

// checkOwnTimesAfterKill checks the frames of one file.
func checkOwnTimesAfterKill(t *testing.T, path, preset, sound string) {
	t.Helper()
	within := 0.51 / 90000
	if strings.HasSuffix(path, ".mkv") {
		within = 0.51 / 1000
	}
	want, _ := onTicks(ownTimesTwice(), 90000)
	var got []float64
	for _, p := range mediatest.Packets(t, path) {
		if p.Stream == 0 {
			got = append(got, p.PTS)
		}
	}
	slices.Sort(got)
	if sound != "none" && strings.HasSuffix(path, ".ts") { // whose times begin with the priming of AAC
		for i := range got {
			got[i] -= 1024.0 / 8000
		}
	}
	least := len(want)
	switch {
	case preset == "medium":
		least -= 60 // in the encoder
	case sound == "never" && strings.HasPrefix(filepath.Base(path), "own.m") && !strings.HasSuffix(path, "mkv"):
		least-- // its duration is not known; see muxer/lookahead.go
	}
	require.GreaterOrEqual(t, len(got), least, path)
	for _, at := range got {
		i, _ := slices.BinarySearch(want, at-within)
		require.Less(t, i, len(want), path)
		require.InDelta(t, want[i], at, within, path)
	}
	if preset != "medium" {
		for i, at := range got {
			require.InDelta(t, want[i], at, within, "%s: frame %d", path, i)
		}
	}
}

// ownTimesTwice are the times that the child gives its frames.
func ownTimesTwice() []time.Duration {
	pts := ownTimes()
	end := pts[len(pts)-1]
	for _, at := range ownTimes() {
		pts = append(pts, end+at)
	}
	return pts
}

// writeOwnTimes is the child.
func writeOwnTimes(t *testing.T, dir string, c []string) {
	ctx, enc := context.Background(), api.NewEncoder()
	preset, sound := c[0], c[1]
	cfg := api.VideoConfig{
		Width: 32, Height: 32, FrameRate: 30, Codec: "libx264", Preset: preset, VariableRate: true,
		ExtraOptions: map[string]any{"sc_threshold": 0},
	}
	if preset == "ultrafast" {
		cfg.ExtraOptions["tune"] = "zerolatency"
	}
	v := addVideo(t, enc, cfg)
	var outputs []api.Output
	for _, name := range ownTimesFiles {
		path := filepath.Join(dir, name)
		if strings.HasPrefix(name, "live") {
			f, err := os.Create(path)
			require.NoError(t, err)
			outputs = append(outputs, api.Writer(struct{ writerOnly }{writerOnly{f}}, "mp4"))
			continue
		}
		outputs = append(outputs, api.File(path, api.CrashSafe(true)))
	}
	var a *api.AudioStream
	if sound != "none" {
		a = addAudio(t, enc, api.AudioConfig{SampleRate: 8000, NumChannels: 1, Codec: "aac"})
	}
	require.NoError(t, enc.Open(ctx, outputs...))
	pts := ownTimesTwice()
	half := len(pts)/2 + 5
	for _, part := range [][]time.Duration{pts[:half], pts[half:]} {
		if sound == "fed" {
			require.NoError(t, a.AddSamples(ctx, [][]float32{make([]float32, 8000)}))
		}
		require.NoError(t, waysIn["AddFrames"](ctx, v, part))
		require.NoError(t, enc.Sync(ctx))
	}
	fmt.Println("synced")
	select {}
}

// writerOnly hides that a file can seek.
type writerOnly struct{ f *os.File }

func (w writerOnly) Write(p []byte) (int, error) { return w.f.Write(p) }
