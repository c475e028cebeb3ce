package contend_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

func TestPictureGoesForwardsAndBackwards(t *testing.T) {
	var got []int
	for k := range 9 {
		got = append(got, contend.Job{Count: 4}.Picture(k))
	}
	assert.Equal(t, []int{0, 1, 2, 3, 2, 1, 0, 1, 2}, got)
	assert.Zero(t, contend.Job{Count: 1}.Picture(5))
}

// fake notes in which order the contenders ran.
type fake struct {
	name string
	log  *[]string
	err  error
}

func (f fake) Name() string     { return f.name }
func (f fake) Version() string  { return "" }
func (f fake) Job() contend.Job { return contend.Job{} }
func (f fake) Close() error     { return nil }
func (f fake) Run() (measure.Sample, error) {
	*f.log = append(*f.log, f.name)
	return measure.Sample{Wall: 1}, f.err
}

func TestRoundsAlternate(t *testing.T) {
	var log []string
	all := []contend.Contender{
		fake{"a", &log, nil}, fake{"b", &log, nil}, fake{"wrong", &log, nil}, fake{"broken", &log, errors.New("broken")},
	}
	samples, out := contend.Rounds(all, 3, func(c contend.Contender) error {
		if c.Name() == "wrong" {
			return errors.New("wrong")
		}
		return nil
	}, func() bool { return false })
	assert.Equal(t, []string{"a", "b", "wrong", "broken", "a", "b", "b", "a", "a", "b"}, log)
	assert.Len(t, samples["a"], 3)
	assert.Len(t, samples["b"], 3)
	assert.Len(t, samples, 2)
	assert.EqualError(t, out["wrong"], "wrong")
	assert.EqualError(t, out["broken"], "broken")
}

func TestRoundsEndEarly(t *testing.T) {
	var log []string
	all := []contend.Contender{fake{"a", &log, nil}, fake{"b", &log, nil}}
	noCheck := func(contend.Contender) error { return nil }
	samples, _ := contend.Rounds(all, 9, noCheck, func() bool { return len(log) >= 6 })
	assert.Len(t, samples["a"], 2)
	contend.Rounds(all, 9, noCheck, func() bool { return true })
	assert.Len(t, log, 10, "a round that is checked, and one that is measured")
}

func TestWorkerSpeaks(t *testing.T) {
	const script = `echo 'ready {"version":"7"}'; while read -r line; do echo '{"wall":2,"cpu":3}'; done`
	w, err := contend.StartProcess("sh", contend.Job{}, "sh", "-c", script)
	require.NoError(t, err)
	assert.Equal(t, "7", w.Version())
	for range 2 {
		s, err := w.Run()
		require.NoError(t, err)
		assert.Equal(t, measure.Sample{Wall: 2, CPU: 3}, s)
	}
	require.NoError(t, w.Close())
}

func TestWorkerThatDoesNotStartSaysWhy(t *testing.T) {
	_, err := contend.StartProcess("sh", contend.Job{}, "sh", "-c", "echo no such module >&2; exit 1")
	assert.ErrorContains(t, err, "no such module")
}

func TestPipedFeedsEveryFrame(t *testing.T) {
	dir := t.TempDir()
	pictures := filepath.Join(dir, "pictures")
	require.NoError(t, os.WriteFile(pictures, []byte("aabb"), 0o600))
	job := contend.Job{Count: 2, Frames: 3, Files: 2, Parallel: 2, Pictures: pictures, Out: dir}
	p, err := contend.NewPiped("cat", "", job, func(_ contend.Job, file string) []string {
		return []string{"sh", "-c", "cat > " + file}
	})
	require.NoError(t, err)
	_, err = p.Run()
	require.NoError(t, err)
	for i := range 2 {
		got, err := os.ReadFile(job.File(i))
		require.NoError(t, err)
		assert.Equal(t, "aabbaa", string(got))
	}
}

func TestArgsComeBack(t *testing.T) {
	job := contend.Job{
		Mode: "files", Width: 1, Height: 2, Codec: "c", Options: "crf=1:g=2", Preset: "fast", Params: "asm=AVX2", Tune: "film", Threads: 3,
		Layout: "Raw", Pictures: "p", Count: 4, Frames: 5, Files: 6, Parallel: 7, Queue: 8, Outputs: 9, Out: "o",
		Chunk: 10, From: 11, First: 12,
	}
	got, err := contend.ParseArgs(job.Args())
	require.NoError(t, err)
	assert.Equal(t, job, got)
	_, err = contend.ParseArgs([]string{"colour=red"})
	assert.ErrorContains(t, err, "colour=red")
}
