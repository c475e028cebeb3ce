package embed

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// patience ends a wait that would never end.
const patience = 5 * time.Minute

// TestExamples lets the programs of farm/examples work together: two workers, and a submitter whose
// run is complete, taken up again, and cancelled.
func TestExamples(t *testing.T) {
	t.Parallel()
	worker, submit := buildExample(t, "worker"), buildExample(t, "submit")
	server, _ := start(t, Config{})
	folder, pages := t.TempDir(), []string{freeAddress(t), freeAddress(t)}
	store := "file://" + folder + "?no_tmp_dir=true&metadata=skip"
	var workers []*program
	for _, page := range pages {
		w := launch(t, worker, "-address", server.Address(), "-store", store, "-jobs", "1", "-metrics", page)
		workers = append(workers, w)
		w.await(t, "worker takes jobs") // from now on, it catches signals
	}

	args := []string{"-address", server.Address(), "-id", "first", "-clips", "3", "-film", "4"}
	said, err := exec.Command(submit, args...).CombinedOutput()
	require.NoError(t, err, string(said))
	require.Contains(t, string(said), "run first\n")
	require.Contains(t, string(said), "\n4 of 4 files, 300 frames, ")
	film := mediatest.Probe(t, filepath.Join(folder, "julia.webm"))
	require.Equal(t, "120", film.Streams[0].NbReadFrames)
	for k := range 3 {
		clip := mediatest.Probe(t, filepath.Join(folder, fmt.Sprintf("ripples/%05d.mp4", k)))
		require.Equal(t, "60", clip.Streams[0].NbReadFrames)
	}
	require.Len(t, filesIn(t, folder), 4, "the film's parts are gone")
	requireFigures(t, getPage(t, pages[0])+getPage(t, pages[1])) // either may have made the film
	said, err = exec.Command(submit, args...).CombinedOutput()
	require.NoError(t, err, string(said))
	require.Contains(t, string(said), "4 of 4 files")

	stopped := launch(t, submit, "-address", server.Address(), "-id", "second", "-clips", "1000")
	stopped.await(t, " running")
	require.NoError(t, stopped.Process.Signal(os.Interrupt))
	require.Error(t, stopped.Wait())
	require.Contains(t, stopped.text(), "cancel")
	for _, w := range workers {
		require.NoError(t, w.Process.Signal(syscall.SIGTERM))
		require.NoError(t, w.Wait())
	}
}

// buildExample returns the path of a program of farm/examples.
func buildExample(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-o", path, "./examples/"+name)
	cmd.Dir = ".."
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	return path
}

// requireFigures checks that a page has all figures that docs/farm.md names. A figure of failures
// is there only after one.
func requireFigures(t *testing.T, page string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/farm.md")
	require.NoError(t, err)
	names := regexp.MustCompile("(avloom_farm|temporal)_[a-z_]+[a-z]").FindAllString(string(text), -1)
	require.Greater(t, len(names), 10)
	for _, name := range names {
		if name != "avloom_farm_task_failures_total" {
			assert.Contains(t, page, "\n"+name)
		}
	}
	assert.Regexp(t, `avloom_farm_jobs_total{result="done"} [1-4]\n`, page)
}

// program is a process of a test, whose text can be read while it runs.
type program struct {
	*exec.Cmd
	said  *os.File
	ended chan struct{}
	err   error // when it has ended
}

// launch starts a program, which ends with the test.
func launch(t *testing.T, path string, args ...string) *program {
	t.Helper()
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	require.NoError(t, err)
	p := &program{Cmd: exec.Command(path, args...), said: said, ended: make(chan struct{})}
	p.Stdout, p.Stderr = said, said
	require.NoError(t, p.Start())
	go func() {
		defer close(p.ended)
		p.err = p.Cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill() // it may have ended
		_ = p.Wait()         // it may have failed
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(path), p.text())
		}
		assert.NoError(t, said.Close())
	})
	return p
}

// Wait waits until the program has ended, and returns its error.
func (p *program) Wait() error {
	<-p.ended
	return p.err
}

// await waits until the program has written a text. It fails at once if the program ends before.
func (p *program) await(t *testing.T, text string) {
	t.Helper()
	late := time.After(patience)
	for !strings.Contains(p.text(), text) {
		select {
		case <-p.ended:
			require.Contains(t, p.text(), text, "it has ended")
		case <-late:
			require.Fail(t, "the program has not written "+text)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// text returns what the program has written until now.
func (p *program) text() string {
	text, _ := os.ReadFile(p.said.Name())
	return string(text)
}

// filesIn returns the names of the files in a folder and its folders.
func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	}))
	return names
}

// freeAddress returns an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// getPage returns a page.
func getPage(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get("http://" + address)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }() // it was only read
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}
