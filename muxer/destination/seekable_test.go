package destination

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestSeekable(t *testing.T) {
	regular, pipe := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	for _, c := range []struct {
		name, path string
		flags      int
		want       bool
	}{
		{"a regular file", regular, os.O_RDWR | os.O_CREATE, true},
		{"a file that is appended to", regular, os.O_RDWR | os.O_APPEND, false},
		{"a character device", "/dev/null", os.O_WRONLY, false},
		{"a pipe", pipe, os.O_RDWR, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := os.OpenFile(c.path, c.flags, 0o600)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, f.Close()) })
			assert.Equal(t, c.want, NewWriter(f).CanSeek())
			assert.Equal(t, c.want, NewWriter(struct{ *os.File }{f}).CanSeek(), "behind a type of the program")
		})
	}
	assert.False(t, NewWriter(new(bytes.Buffer)).CanSeek())
	assert.False(t, NewWriter(struct{ io.Writer }{os.Stdout}).CanSeek())
}

// A dry destination promises nothing that the real one cannot do, or the header that was tried is
// not the header that is written.
func TestDryFileIsLikeTheFile(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "file"), "/dev/null"} {
		dry := DryFile(path)
		d, err := CreateFile(path)
		require.NoError(t, err)
		require.NoError(t, d.Close())
		assert.Equal(t, dry.CanSeek(), d.CanSeek(), path)
		assert.Equal(t, dry.URL(), d.URL(), path)
		assert.Equal(t, d.CanSeek(), d.DryRun().CanSeek(), path)
	}
}

func TestNewWriterBeginsAtTheOffset(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	_, err = f.WriteString("before")
	require.NoError(t, err)
	d := NewWriter(f)
	_, err = d.Write([]byte("container"))
	require.NoError(t, err)
	_, err = d.Seek(0, io.SeekStart)
	require.NoError(t, err)
	_, err = d.Write([]byte("C"))
	require.NoError(t, err)
	content, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	assert.Equal(t, "beforeContainer", string(content))
	assert.EqualValues(t, len("container"), d.Written())
}
