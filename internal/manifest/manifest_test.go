package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func linesOf(t *testing.T, f *File) []string {
	t.Helper()
	var lines []string
	for line, err := range f.Lines() {
		require.NoError(t, err)
		lines = append(lines, string(line))
	}
	return lines
}

func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.jsonl")
	one, two := open(t, path), open(t, path)
	require.Empty(t, linesOf(t, one))
	require.NoError(t, one.Append([]byte(`{"ID":"a"}`)))
	require.NoError(t, two.Append([]byte(`{"ID":"b"}`)))
	require.NoError(t, one.Append([]byte(`{"ID":"c"}`)))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "{\"ID\":\"a\"}\n{\"ID\":\"b\"}\n{\"ID\":\"c\"}\n", string(text))
	require.Len(t, linesOf(t, two), 3)
}

// TestTornLine tears the last line at each byte, as a kill or a loss of power can. The lines before
// and after it are whole, and a line that lacks only its end counts.
func TestTornLine(t *testing.T) {
	const before, line, after = `{"ID":"before"}`, `{"ID":"torn"}`, `{"ID":"after"}`
	for n := range len(line) + 1 {
		path := filepath.Join(t.TempDir(), "list.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(before+"\n"+line[:n]), 0o666))
		f := open(t, path)
		require.NoError(t, f.Append([]byte(after)))
		require.NoError(t, f.Append([]byte(after)))
		lines := slices.DeleteFunc(linesOf(t, f), func(l string) bool { return !json.Valid([]byte(l)) })
		want := []string{before, after, after}
		if n == len(line) {
			want = slices.Insert(want, 1, line)
		}
		require.Equal(t, want, lines, "%d bytes", n)
	}
}

// appending names the variable that makes TestAppendingChild append to a manifest.
const appending = "AVLOOM_TEST_MANIFEST"

const linesEach = 200

// childLine is line k of a child. It is longer than a page, which the system may write in parts.
func childLine(child string, k int) string {
	return fmt.Sprintf(`{"ID":"%s %d","Text":%q}`, child, k, strings.Repeat(child, 5000+k))
}

// TestProcessesAppendAtOnce lets four processes append, one of which is killed. Each line is whole
// or, once, torn.
func TestProcessesAppendAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.jsonl")
	var children []*exec.Cmd
	for k := range 4 {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestAppendingChild$")
		cmd.Env = append(os.Environ(), appending+"="+path, "CHILD="+string(rune('a'+k)))
		require.NoError(t, cmd.Start())
		children = append(children, cmd)
	}
	require.Eventually(t, func() bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 200_000
	}, time.Minute, time.Millisecond)
	require.NoError(t, children[0].Process.Kill())
	_ = children[0].Wait()
	for _, cmd := range children[1:] {
		require.NoError(t, cmd.Wait())
	}
	next, torn := map[string]int{}, 0
	for _, line := range linesOf(t, open(t, path)) {
		if !json.Valid([]byte(line)) {
			torn++
			continue
		}
		child := line[len(`{"ID":"`):][:1]
		require.Equal(t, childLine(child, next[child]), line)
		next[child]++
	}
	require.LessOrEqual(t, torn, 1)
	for _, child := range []string{"b", "c", "d"} {
		require.Equal(t, linesEach, next[child], child)
	}
}

// TestAppendingChild is a child of TestProcessesAppendAtOnce, and nothing otherwise.
func TestAppendingChild(t *testing.T) {
	path, child := os.LookupEnv(appending)
	if !child {
		return
	}
	f := open(t, path)
	for k := range linesEach {
		require.NoError(t, f.Append([]byte(childLine(os.Getenv("CHILD"), k))))
	}
}

// TestNoManifest opens what would be harmed by a line.
func TestNoManifest(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"film.mp4": "\x00\x00\x00\x20ftyp", "notes.txt": "Notes\n", "blank": "\n"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
		_, err := Open(path)
		require.ErrorIs(t, err, ErrOther, name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(after))
	}
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o666))
	for _, path := range []string{dir, pipe, os.DevNull} {
		_, err := Open(path)
		require.ErrorContains(t, err, "no regular file", path)
	}
	_, err := Open(filepath.Join(dir, "nowhere", "list.jsonl"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLongLineEndsTheReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.jsonl")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	f := open(t, path)
	require.NoError(t, f.Append([]byte(`{"ID":"a"}`)))
	require.NoError(t, os.Truncate(path, 2*longest))
	var last error
	for _, err := range f.Lines() {
		last = err
	}
	require.ErrorContains(t, last, "too long")
}

func TestContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clip.mp4")
	write := func(text string, at time.Time) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		require.NoError(t, os.Chtimes(path, at, at))
	}
	then := time.Unix(1_700_000_000, 123_456_789)
	write("abc", then)
	c, err := ContentOf(t.Context(), path)
	require.NoError(t, err)
	out, err := exec.Command("sha256sum", path).Output()
	require.NoError(t, err)
	require.Equal(t, strings.Fields(string(out))[0], c.SHA256)
	require.EqualValues(t, 3, c.Bytes)
	require.True(t, c.Modified.Equal(then))

	is := func() bool {
		same, err := c.Is(t.Context(), path)
		require.NoError(t, err)
		return same
	}
	require.True(t, is())
	write("abc", then.Add(time.Hour))
	require.True(t, is(), "a copy")
	write("abd", then.Add(time.Hour))
	require.False(t, is(), "another content of the same size")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("give up"))
	_, err = c.Is(ctx, path)
	require.EqualError(t, err, "give up")
	write("abcd", then)
	require.False(t, is(), "another size")
	require.NoError(t, os.Remove(path))
	_, err = c.Is(t.Context(), path)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = ContentOf(t.Context(), path)
	require.ErrorIs(t, err, os.ErrNotExist)
}
