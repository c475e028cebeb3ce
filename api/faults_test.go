package api_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

var errFault = errors.New("the cable is out")

// faultyWriter keeps what is written to it, until it has a fault.
type faultyWriter struct {
	bytes.Buffer
	fault func(p []byte) (int, error) // nil: none
	after int                         // calls since it has one
}

func (w *faultyWriter) Write(p []byte) (int, error) {
	if w.fault == nil {
		return w.Buffer.Write(p)
	}
	w.after++
	return w.fault(p)
}

// readable are the containers whose content can be read, up to the last Sync, when they are written
// front to back and have no end.
var readable = []string{"mkv", "mpegts", "mp4"}

const before = 20 // frames that are at the destination when the fault comes

// openWithFrames opens an encoder whose streams have so many frames at the destination.
func openWithFrames(t *testing.T, o api.Output) (*api.Encoder, *api.VideoStream, *api.AudioStream) {
	t.Helper()
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"} // it holds nothing back
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	require.NoError(t, enc.Open(context.Background(), o))
	require.NoError(t, feedBoth(v, a, before))
	require.NoError(t, enc.Sync(context.Background()))
	return enc, v, a
}

// requireFailed checks that the muxer has failed, and that every call returns that.
func requireFailed(t *testing.T, enc *api.Encoder, v *api.VideoStream, a *api.AudioStream, fed error) {
	t.Helper()
	ctx := context.Background()
	var node *pipeline.NodeError
	require.ErrorAs(t, fed, &node)
	require.Equal(t, "mux", node.Node)
	_, lent := v.Acquire(ctx)
	for i, err := range []error{
		v.AddFrames(ctx, api.Frames{}), v.AddImage(ctx, image.NewGray(image.Rect(0, 0, numberedWidth, numberedHeight))), lent,
		a.AddSamples(ctx, tone(2, 0, 1)), enc.Sync(ctx), v.End(), a.End(), enc.Close(), enc.Close(),
	} {
		require.Equal(t, fed, err, "call %d", i)
	}
	require.NoError(t, enc.Abort(nil), "after Close it does nothing")
	requireLaw(t, enc.Stats(), true)
	require.Zero(t, enc.Stats().Abandoned)
}

// requireKept checks that the frames before the fault can be read.
func requireKept(t *testing.T, path string) {
	t.Helper()
	numbers := numbersOf(mediatest.Pictures(t, path, 0, "gray"))
	require.GreaterOrEqual(t, len(numbers), before)
	require.Equal(t, counting(before), numbers[:before])
}

// TestFaultyWriters has writers that fail, each in its way, while they are written to.
func TestFaultyWriters(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		fault func(p []byte) (int, error)
		want  error
	}{
		"an error":                    {func([]byte) (int, error) { return 0, errFault }, errFault},
		"an error, although complete": {func(p []byte) (int, error) { return len(p), errFault }, errFault},
		"an error, some written":      {func(p []byte) (int, error) { return len(p) / 2, errFault }, errFault},
		"short":                       {func(p []byte) (int, error) { return len(p) - 1, nil }, io.ErrShortWrite},
		"more than it got":            {func(p []byte) (int, error) { return len(p) + 1, nil }, io.ErrShortWrite},
		"less than nothing":           {func([]byte) (int, error) { return -1, nil }, io.ErrShortWrite},
		"a panic":                     {func([]byte) (int, error) { panic(errFault) }, errFault},
	} {
		for _, format := range readable {
			t.Run(name+" in "+format, func(t *testing.T) {
				t.Parallel()
				w := &faultyWriter{}
				enc, v, a := openWithFrames(t, api.Writer(w, format))
				w.fault = c.fault
				fed := feedBoth(v, a, 100_000)
				require.ErrorIs(t, fed, c.want)
				requireFailed(t, enc, v, a, fed)
				require.Equal(t, 1, w.after, "it is not written to again")
				requireKept(t, saved(t, "until-the-fault."+format, w.Bytes()))
			})
		}
	}
}

// faultySeeker fails to seek once it has a fault.
type faultySeeker struct {
	api.MemoryFile
	fault error
}

func (w *faultySeeker) Seek(offset int64, whence int) (int64, error) {
	if w.fault != nil {
		return 0, w.fault
	}
	return w.MemoryFile.Seek(offset, whence)
}

func TestFaultySeek(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mkv", "mp4", "mov"} {
		t.Run(format, func(t *testing.T) {
			w := &faultySeeker{}
			enc, v, a := openWithFrames(t, api.Writer(w, format))
			w.fault = errFault
			require.NoError(t, feedBoth(v, a, 1), "only the end seeks")
			err := enc.Close()
			require.ErrorIs(t, err, errFault)
			require.Equal(t, err, enc.Close())
			requireKept(t, saved(t, "until-the-fault."+format, w.Bytes()))
		})
	}
}

// TestFaultyFiles has the system's own faults.
func TestFaultyFiles(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		open func(t *testing.T) (w io.Writer, fail func())
		want error
	}{
		"a pipe that nobody reads any more": {func(t *testing.T) (io.Writer, func()) {
			r, w, err := os.Pipe()
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, w.Close()) })
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				_, _ = io.Copy(io.Discard, r) // ends as r is closed
			}()
			return w, func() {
				require.NoError(t, r.Close())
				<-drained
			}
		}, syscall.EPIPE},
		"a file that was closed": {func(t *testing.T) (io.Writer, func()) {
			f, err := os.Create(temporary(t, "closed"))
			require.NoError(t, err)
			return f, func() { require.NoError(t, f.Close()) }
		}, os.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			w, fail := c.open(t)
			enc, v, a := openWithFrames(t, api.Writer(w, "mpegts"))
			fail()
			fed := feedBoth(v, a, 100_000)
			require.ErrorIs(t, fed, c.want)
			requireFailed(t, enc, v, a, fed)
		})
	}
}

// TestDiskFull fills a small disk.
func TestDiskFull(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Run("at once", func(t *testing.T) {
		enc := api.NewEncoder()
		v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
		require.NoError(t, enc.OpenFile(context.Background(), "/dev/full", api.Format("mpegts")))
		fed := feedBoth(v, a, 100_000)
		require.ErrorIs(t, fed, syscall.ENOSPC)
		requireFailed(t, enc, v, a, fed)
	})
	for _, format := range []string{"mkv", "mpegts", "mp4"} {
		t.Run("later, "+format, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := unix.Mount("none", folder, "tmpfs", 0, "size=256k"); err != nil {
				t.Skip("mounting a small disk: ", err)
			}
			t.Cleanup(func() { require.NoError(t, unix.Unmount(folder, 0)) })
			path := filepath.Join(folder, "full."+format)
			enc, v, a := openWithFrames(t, api.File(path, api.Format(format)))
			fed := feedBoth(v, a, 100_000)
			require.ErrorIs(t, fed, syscall.ENOSPC)
			requireFailed(t, enc, v, a, fed)
			requireKept(t, path)
		})
	}
}

// TestFilesThatCannotBeOpened checks that Open says why, and that the encoder is as it was.
func TestFilesThatCannotBeOpened(t *testing.T) {
	mediatest.NoLeaks(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder.mp4"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "locked"), 0o500))
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"a folder":        {filepath.Join(folder, "folder.mp4"), syscall.EISDIR},
		"no such folder":  {filepath.Join(folder, "none", "x.mp4"), fs.ErrNotExist},
		"a file's folder": {filepath.Join(file, "x.mp4"), syscall.ENOTDIR},
		"no permission":   {filepath.Join(folder, "locked", "x.mp4"), fs.ErrPermission},
		"too long a name": {filepath.Join(folder, string(bytes.Repeat([]byte("x"), 300))+".mp4"), syscall.ENAMETOOLONG},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			var err error
			asNobody(t, folder, func() { err = enc.OpenFile(context.Background(), c.path) })
			require.ErrorIs(t, err, c.want)
			var pathError *os.PathError
			require.ErrorAs(t, err, &pathError)
			require.Equal(t, c.path, pathError.Path)

			good := temporary(t, "good.mkv")
			require.NoError(t, enc.OpenFile(context.Background(), good), "it can be tried again")
			addNumbered(t, v, 0, 3)
			require.NoError(t, enc.Close())
			require.Equal(t, counting(3), numbersOf(mediatest.Pictures(t, good, 0, "gray")))
		})
	}
}

// asNobody calls f as a user that permissions hold for: root is let through everywhere.
func asNobody(t *testing.T, folder string, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	for ; len(folder) > len(os.TempDir()); folder = filepath.Dir(folder) {
		require.NoError(t, os.Chmod(folder, 0o755))
	}
	require.NoError(t, syscall.Seteuid(nobody))
	defer func() { require.NoError(t, syscall.Seteuid(0)) }()
	f()
}

// TestFileThatExists checks that a file is replaced, but not by an encoder that does not open.
func TestFileThatExists(t *testing.T) {
	mediatest.NoLeaks(t)
	path := saved(t, "there.mkv", bytes.Repeat([]byte("old"), 100_000))
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	var config *api.ConfigError
	require.ErrorAs(t, enc.OpenFile(context.Background(), path, api.Format("wav")), &config)
	old, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, old, 300_000)

	encodeBoth(t, api.File(path))
	requireSecond(t, path)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "oldold")
}
