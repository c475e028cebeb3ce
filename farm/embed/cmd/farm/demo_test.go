package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestMain lets the program of the tests be farm: the workers that a demo starts are such.
func TestMain(m *testing.M) {
	if os.Getenv("FARM_TEST_PROGRAM") != "" && len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		main()
		return
	}
	os.Exit(m.Run()) // Temporal's server leaves goroutines behind
}

// output is what a program has written until now.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

const (
	// limit ends waits that would never end, also on a machine that has much else to do.
	limit = 5 * time.Minute
	// hasEnded is what tests add to the output of a program.
	hasEnded = "It has ended:"
)

// await waits until the program has written what the pattern matches, and returns its first group.
// It fails at once if the program ends before.
func (o *output) await(t *testing.T, pattern string) string {
	t.Helper()
	searched := regexp.MustCompile(pattern)
	late := time.After(limit)
	for {
		text := o.String()
		if found := searched.FindStringSubmatch(text); found != nil {
			return found[1]
		}
		require.NotContains(t, text, hasEnded, "it has not written %s", pattern)
		select {
		case <-late:
			require.Fail(t, "too late", "no %s in: %s", pattern, text)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// workersIn waits for the line that names the workers and returns their processes.
func (o *output) workersIn(t *testing.T) (ids []int) {
	t.Helper()
	for text := range strings.SplitSeq(o.await(t, `the processes ([0-9, ]+),`), ", ") {
		var id int
		_, err := fmt.Sscan(text, &id)
		require.NoError(t, err)
		ids = append(ids, id)
	}
	return ids
}

// TestWorkEndsBeforeServer ends a worker that has not reached a server yet: that is no error.
func TestWorkEndsBeforeServer(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	worker := exec.Command(program, "work", "-until-stdin-ends", "-address", "127.0.0.1:1", "-store", t.TempDir())
	worker.Env = append(os.Environ(), "FARM_TEST_PROGRAM=1") // and stdin is at its end
	text, err := worker.CombinedOutput()
	require.NoError(t, err, "%s", text)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, run(ctx, []string{"work", "-address", "127.0.0.1:1", "-store", t.TempDir()}, io.Discard, io.Discard))
}

// requireEnded waits until none of the processes is there.
func requireEnded(t *testing.T, ids []int) {
	t.Helper()
	for _, id := range ids {
		require.Eventually(t, func() bool { return isGone(id) }, limit, 10*time.Millisecond)
	}
}

// isGone returns true if a process has ended, also while nobody has asked for its result.
func isGone(id int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	_, state, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(state, "Z")
}

// begin runs a demo until the function that it returns is called, which returns the demo's error.
func begin(t *testing.T, args ...string) (out *output, interrupt func(), end func() error) {
	t.Helper()
	t.Setenv("FARM_TEST_PROGRAM", "1")
	return launch(t, append([]string{"-demo"}, args...)...)
}

// launch runs the program as begin does.
func launch(t *testing.T, args ...string) (out *output, interrupt func(), end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, result := &output{}, make(chan error, 1)
	go func() {
		err := run(ctx, args, out, out)
		_, _ = fmt.Fprintln(out, hasEnded, err)
		result <- err
	}()
	end = sync.OnceValue(func() error { return <-result })
	t.Cleanup(func() { cancel(); _ = end() })
	return out, cancel, end
}

// TestDemo makes a film and a few clips, and looks at Temporal's page with a real browser.
func TestDemo(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "films")
	out, interrupt, end := begin(t, "-o", folder, "-clips", "4", "-keep")
	out.await(t, `(5 of 5 files made): 700 frames`)
	for _, name := range []string{"knot.mp4", "clips/000.mp4", "clips/003.mp4"} {
		frames := 50
		if name == "knot.mp4" {
			frames = 500
		}
		require.Len(t, mediatest.FrameTimes(t, filepath.Join(folder, name), 0), frames, name)
	}
	entries, err := os.ReadDir(filepath.Join(folder, "clips"))
	require.NoError(t, err)
	require.Len(t, entries, 4, "and no leftover")

	page := browsertest.Open(t, out.await(t, `stays until Ctrl-C: (\S+)`))
	page.Await(`document.body.innerText.includes("avloom.Run")`)
	page.Await(`document.body.innerText.includes("avloom.Film")`)
	page.Screenshot("temporal.png")
	page.Navigate("file://" + folder + "/index.html")
	page.Await(`[...document.querySelectorAll("video")].every(v => v.readyState > 0)`)
	require.Equal(t, 5, browsertest.Eval[int](page, `document.querySelectorAll("video").length`))
	page.Screenshot("index.png")

	interrupt()
	require.NoError(t, end())
	requireEnded(t, out.workersIn(t))
}

// TestDemoCancelled ends a demo by Ctrl-C: no worker stays, and no file is there in part.
func TestDemoCancelled(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "films")
	out, interrupt, end := begin(t, "-o", folder, "-clips", "200")
	workers := out.workersIn(t)
	first := filepath.Join(folder, "clips", "000.mp4")
	require.Eventually(t, func() bool {
		_, err := os.Stat(first)
		return err == nil || strings.Contains(out.String(), hasEnded)
	}, limit, 10*time.Millisecond, out)
	interrupt()
	require.ErrorIs(t, end(), context.Canceled)
	requireEnded(t, workers)
	files, err := filepath.Glob(filepath.Join(folder, "clips", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	require.Less(t, len(files), 200)
	for _, file := range files {
		require.Len(t, mediatest.FrameTimes(t, file, 0), 50, file)
	}
}

// TestDemoKilled kills a demo with a signal that it cannot catch: its workers end, too.
func TestDemoKilled(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	out := &output{}
	demo := exec.Command(program, "-demo", "-o", filepath.Join(t.TempDir(), "films"))
	demo.Env, demo.Stdout, demo.Stderr = append(os.Environ(), "FARM_TEST_PROGRAM=1"), out, out
	require.NoError(t, demo.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		state, err := demo.Process.Wait() // the workers may keep its output
		_, _ = fmt.Fprintln(out, hasEnded, state, err)
	}()
	workers := out.workersIn(t)
	require.NoError(t, demo.Process.Kill())
	<-ended
	requireEnded(t, workers)
}

// TestDemoWithoutWorkers kills all workers of a demo: it ends, and says so.
func TestDemoWithoutWorkers(t *testing.T) {
	out, _, end := begin(t, "-o", filepath.Join(t.TempDir(), "films"))
	for _, id := range out.workersIn(t) {
		require.NoError(t, syscall.Kill(id, syscall.SIGKILL))
	}
	require.ErrorIs(t, end(), errNoCrew)
}
