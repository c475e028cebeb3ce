package contend_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/contend"
)

// TestChunkedJoinsInOrder: each chunk gets the pictures of its frames, and the chunks are joined in
// their order. The last one is shorter.
func TestChunkedJoinsInOrder(t *testing.T) {
	dir := t.TempDir()
	pictures := filepath.Join(dir, "pictures")
	require.NoError(t, os.WriteFile(pictures, []byte("abcd"), 0o600))
	job := contend.Job{Count: 4, Frames: 8, Chunk: 3, Files: 1, Parallel: 2, Pictures: pictures, Out: dir}
	encode := func(_ contend.Job, file string) []string { return []string{"sh", "-c", "cat > " + file} }
	join := func(list, file string) []string {
		const script = `cd $(dirname $0); sed "s/file '//; s/'//" $0 | xargs cat > $1`
		return []string{"sh", "-c", script, list, file}
	}
	c, err := contend.NewChunked("cat", "", job, encode, join)
	require.NoError(t, err)
	s, err := c.Run()
	require.NoError(t, err)
	film, err := os.ReadFile(c.Job().File(0))
	require.NoError(t, err)
	assert.Equal(t, "abcdcbab", string(film))
	assert.Positive(t, s.Join)
	assert.Less(t, s.Idle+s.Join, s.Wall)
}

// speaker is a worker that writes its arguments into a file.
const speaker = `out=$(printf '%s\n' "$@" | sed -n s/^out=//p); printf '%s\n' "$@" > $out/$$
echo 'ready {"version":"7"}'; while read -r line; do echo '{"wall":2,"cpu":3,"memory":5}'; done`

func TestTogetherDividesTheFilm(t *testing.T) {
	for chunk, want := range map[int]string{0: "[file 1: 6 from 6]", 3: "[file 3: 3 from 9]"} {
		job := contend.Job{Count: 4, Frames: 12, Chunk: chunk, Files: 1, Parallel: 2, Out: t.TempDir()}
		c, err := contend.StartTogether("sh", 2, job, "sh", "-c", speaker, "sh")
		require.NoError(t, err)
		s, err := c.Run()
		require.NoError(t, err)
		assert.InDelta(t, 6, s.CPU, 0, "of both")
		assert.EqualValues(t, 10, s.Memory)
		assert.Equal(t, 12, c.Job().Units())
		last := c.Job().Files - 1
		got := fmt.Sprintf("[file %s: %d from %d]", strings.TrimSuffix(filepath.Base(c.Job().File(last)), ".mp4"), c.Job().Frames, c.Job().From)
		assert.Equal(t, want, got)
		assert.Equal(t, jobs(chunk), saw(t, job.Out))
		require.NoError(t, c.Close())
	}
}

// jobs returns what the workers of a film of twelve frames have to do.
func jobs(chunk int) map[contend.Job]bool {
	if chunk == 0 {
		return map[contend.Job]bool{{Files: 1, Frames: 6}: true, {Files: 1, Frames: 6, First: 1, From: 6}: true}
	}
	return map[contend.Job]bool{
		{Files: 2, Frames: 3, Chunk: 3}: true, {Files: 2, Frames: 3, Chunk: 3, First: 2, From: 6}: true,
	}
}

// saw returns what the workers were told to do, as far as it concerns the parts of the film.
func saw(t *testing.T, dir string) map[contend.Job]bool {
	t.Helper()
	all := map[contend.Job]bool{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		j, err := contend.ParseArgs(strings.Split(strings.TrimSpace(string(text)), "\n"))
		require.NoError(t, err)
		assert.Equal(t, 1, j.Parallel)
		all[contend.Job{Files: j.Files, Frames: j.Frames, Chunk: j.Chunk, First: j.First, From: j.From}] = true
	}
	return all
}
