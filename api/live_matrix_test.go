package api_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestLiveMatrix lets a fault happen to an output of each kind, once of a required one, and once of
// one with BestEffort. A recording beside it has all frames that it can have; errors, counters and
// the log say what happened; nothing stays behind.
func TestLiveMatrix(t *testing.T) {
	mediatest.NoLeaks(t)
	noOpenFiles(t)
	long, n := mediatest.Long(t), 0
	for _, name := range slices.Sorted(maps.Keys(liveKinds)) {
		kind := liveKinds[name]
		for _, f := range kind.faults {
			for _, required := range []bool{true, false} {
				if required && f == returns {
					continue // Reconnect implies BestEffort
				}
				n++
				if !long && n%3 != 0 {
					continue
				}
				t.Run(name+", "+string(f)+map[bool]string{true: ", required", false: ", best effort"}[required], func(t *testing.T) {
					if kind.apart(f) && os.Getenv(liveApart) == "" {
						t.Parallel()
						runApart(t)
						return
					}
					t.Parallel()
					runLiveCell(t, kind, f, required)
				})
			}
		}
	}
}

// liveApart tells a child process that it has the cell for itself.
const liveApart = "AVLOOM_TEST_LIVE_APART"

// runApart runs a cell in a child process.
func runApart(t *testing.T) {
	t.Helper()
	names := strings.Split(t.Name(), "/")
	for i, name := range names {
		names[i] = "^" + regexp.QuoteMeta(name) + "$"
	}
	cmd := exec.Command(os.Args[0], "-test.run", strings.Join(names, "/"), "-test.v", "-test.timeout", "5m")
	cmd.Env = append(os.Environ(), liveApart+"=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name(), string(out))
}

// liveCell is one case of the matrix.
type liveCell struct {
	*livePlace
	fault    fault
	enc      *api.Encoder
	logs     *observer.ObservedLogs
	v        *api.VideoStream
	a        *api.AudioStream
	recorded api.MemoryFile
	frames   int // that were fed
}

func runLiveCell(t *testing.T, kind liveKind, f fault, required bool) {
	c := &liveCell{livePlace: kind.place(t, f), fault: f}
	c.end = sync.OnceFunc(c.end)
	defer c.end()
	c.enc, c.logs = observed(zap.InfoLevel)
	defer c.enc.Abort(nil)
	cfg := numberedVideo()
	cfg.Height, cfg.KeyInterval, cfg.ExtraOptions = noisyHeight, 10, map[string]any{"qp": 24}
	c.v, c.a = addVideo(t, c.enc, cfg), addAudio(t, c.enc, stereoAAC())
	var options []api.OutputOption
	switch {
	case f == returns:
		options = append(options, api.Reconnect(10*time.Millisecond, 100*time.Millisecond))
	case !required:
		options = append(options, api.BestEffort())
	}
	recording := api.Writer(&c.recorded, "mp4", api.CrashSafe(true))
	require.NoError(t, c.enc.Open(context.Background(), recording, c.output(options...)))
	run := map[bool]map[fault]func(*testing.T){
		true:  {fails: c.requiredFails, blocks: c.requiredBlocks, isSlow: c.requiredIsSlow},
		false: {fails: c.bestEffortFails, blocks: c.bestEffortBlocks, isSlow: c.bestEffortIsSlow, returns: c.returns},
	}
	run[required][f](t)
	requireLaw(t, c.enc.Stats(), true)
	require.Zero(t, c.enc.Stats().Abandoned, "%v", c.logs.FilterMessage(leftBehind).All())
}

// leftBehind is the line of the log that names the actors whose calls did not return.
const leftBehind = "left behind: calls that did not return"

// stats returns the figures of the output.
func (c *liveCell) stats() api.OutputStats { return c.enc.Stats().Outputs[1] }

// feed feeds frames until done returns true, or until the first error.
func (c *liveCell) feed(done func() bool) error {
	for !done() {
		err := c.v.AddFrames(context.Background(), api.Frames{Data: noisyNumber(c.frames), Layout: api.NHWC})
		if err != nil {
			return err
		}
		if err := c.a.AddSamples(context.Background(), tone(2, c.frames*1600, 1600)); err != nil {
			return err
		}
		c.frames++
		if c.observe != nil {
			c.observe(c.stats().BytesWritten)
		}
	}
	return nil
}

// feedMore feeds so many frames more.
func (c *liveCell) feedMore(t *testing.T, frames int) {
	t.Helper()
	end := c.frames + frames
	require.NoError(t, c.feed(func() bool { return c.frames == end }))
}

// feedUntil feeds frames, never more than the output has room for, until done returns true.
func (c *liveCell) feedUntil(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	require.NoError(t, c.feed(func() bool {
		require.True(t, time.Now().Before(deadline), "%+v", c.stats())
		require.NoError(t, c.enc.Sync(context.Background()))
		require.Eventually(t, func() bool { return c.stats().Queued < 100 || done() }, time.Minute, time.Millisecond)
		return done()
	}))
}

// noisyHeight is that of numbered pictures with noise below, so that the encoder gives many bytes.
const noisyHeight = 3 * numberedHeight

// noisyNumber returns the picture of this number.
func noisyNumber(number int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(number)))
	data := numbered(number, 1)
	for range 2 * len(data) {
		data = append(data, byte(random.Uint32()))
	}
	return data
}

// requireComplete checks that the recording has everything.
func (c *liveCell) requireComplete(t *testing.T) {
	t.Helper()
	requireRecording(t, saved(t, "recording.mp4", c.recorded.Bytes()), c.frames)
}

// requireNearly checks that the recording, which has no trailer, has all for which pictures and
// sound had come, but for the fragment of half a second that was being collected.
func (c *liveCell) requireNearly(t *testing.T) {
	t.Helper()
	path := saved(t, "recording.mp4", c.recorded.Bytes())
	first, end := requireRun(t, numbersInFile(t, path))
	require.Zero(t, first)
	pictures, sound := c.received(0), c.received(1)*1024/1600
	t.Logf("%d frames fed, %d came, and sound for %d; %d recorded", c.frames, pictures, sound, end)
	require.GreaterOrEqual(t, end, min(pictures, sound)-20)
}

// received returns how many packets of a stream the recording got.
func (c *liveCell) received(stream int) int {
	edges := c.enc.Stats().Edges
	i := slices.IndexFunc(edges, func(e api.EdgeStats) bool { return e.To == "mux" && e.Stream == stream })
	return int(edges[i].Received)
}

// noOpenFiles checks at the end of the test that no file and no connection is open that was not
// before.
func noOpenFiles(t *testing.T) {
	t.Helper()
	open := func() (all []string) {
		entries, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		for _, e := range entries {
			to, err := os.Readlink("/proc/self/fd/" + e.Name())
			if err == nil && !strings.HasPrefix(to, "anon_inode:") && !strings.HasPrefix(to, "/proc/") {
				all = append(all, to)
			}
		}
		return all
	}
	before := len(open())
	t.Cleanup(func() {
		require.Eventually(t, func() bool { return len(open()) <= before }, time.Minute, time.Millisecond, "%v", open())
	})
}
