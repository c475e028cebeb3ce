package api_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// openParts opens a recording of numbered pictures and sound, in parts of 10 frames.
func openParts(t *testing.T, dir, extension string, opts ...api.OutputOption) (*api.Encoder, *api.VideoStream, *api.AudioStream) {
	t.Helper()
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	opts = append(opts, api.SegmentEvery(time.Second/3))
	require.NoError(t, enc.Open(context.Background(), api.Folder(dir, "part-%02d."+extension, opts...)))
	return enc, v, a
}

// requireParts10 requires that the parts of these numbers are complete.
func requireParts10(t *testing.T, dir, extension string, from, to int) {
	t.Helper()
	for k := from; k <= to; k++ {
		path := filepath.Join(dir, fmt.Sprintf("part-%02d.%s", k, extension))
		numbers := numbersOf(mediatest.Pictures(t, path, 0, "gray"))
		require.Len(t, numbers, 10, path)
		require.Equal(t, 10*k, numbers[0])
	}
}

// TestPartsOnAFullDisk: the error is the system's and names the file, and the finished parts are
// whole.
func TestPartsOnAFullDisk(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mkv", "avi"} {
		t.Run(extension, func(t *testing.T) {
			folder := t.TempDir()
			if err := unix.Mount("none", folder, "tmpfs", 0, "size=256k"); err != nil {
				t.Skip("mounting a small disk: ", err)
			}
			t.Cleanup(func() { require.NoError(t, unix.Unmount(folder, 0)) })
			enc, v, a := openParts(t, folder, extension)
			fed := feedBoth(v, a, 100_000)
			require.ErrorIs(t, fed, syscall.ENOSPC)
			requireNamesPart(t, fed, folder)
			requireFailed(t, enc, v, a, fed)
			parts, err := filepath.Glob(filepath.Join(folder, "part-*"))
			require.NoError(t, err)
			const open = 8 // at most, if sound is ahead
			require.Greater(t, len(parts), open)
			requireParts10(t, folder, extension, 0, len(parts)-1-open)
		})
	}
}

// requireNamesPart requires that an error of the system names a part in the folder.
func requireNamesPart(t *testing.T, err error, folder string) {
	t.Helper()
	var path *fs.PathError
	require.True(t, errors.As(err, &path), "%v", err)
	require.Contains(t, path.Path, filepath.Join(folder, "part-"))
}

// TestPartsWhoseFolderGoes removes the folder while a recording is written.
func TestPartsWhoseFolderGoes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "wav"} {
		folder := filepath.Join(t.TempDir(), "gone")
		require.NoError(t, os.Mkdir(folder, 0o700))
		enc := api.NewEncoder()
		a := addAudio(t, enc, stereo())
		output := api.Folder(folder, "part-%02d."+extension, api.SegmentEvery(time.Second))
		require.NoError(t, enc.Open(context.Background(), output))
		addTone(t, a, 0, 24_000)
		require.NoError(t, os.RemoveAll(folder))
		var fed error
		for k := 0; fed == nil && k < 10_000; k++ {
			fed = a.AddSamples(context.Background(), tone(2, 24_000, 4800))
		}
		require.ErrorIs(t, fed, fs.ErrNotExist)
		requireNamesPart(t, fed, folder)
		require.ErrorIs(t, enc.Close(), fs.ErrNotExist)
	}
}

// TestPartsThatCannotBeRemoved: a ring that cannot remove its oldest part ends the run, since the
// disk would fill up. The parts stay whole.
func TestPartsThatCannotBeRemoved(t *testing.T) {
	mediatest.NoLeaks(t)
	folder := t.TempDir()
	enc, v, a := openParts(t, folder, "mkv", api.SegmentKeep(3))
	require.NoError(t, feedBoth(v, a, 21))
	require.NoError(t, enc.Sync(context.Background()))
	part := filepath.Join(folder, "part-00.mkv")
	require.NoError(t, os.Rename(part, part+".kept"))
	require.NoError(t, os.Mkdir(part, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(part, "file"), nil, 0o600))
	var fed error
	for k := 21; fed == nil && k < 10_000; k++ {
		fed = v.AddFrames(context.Background(), api.Frames{Data: numbered(k, 1), Layout: api.NHWC})
		if fed == nil {
			fed = a.AddSamples(context.Background(), tone(2, 1600*k, 1600))
		}
	}
	require.ErrorContains(t, fed, "remove the oldest part")
	requireNamesPart(t, fed, folder)
	require.Error(t, enc.Close())
	requireParts10(t, folder, "mkv", 1, 1)
}

// TestRingOfParts keeps the last parts of a recording of a thousand of them, and leaves nothing
// behind. The numbers grow beyond the width of the pattern.
func TestRingOfParts(t *testing.T) {
	mediatest.NoLeaks(t)
	folder := t.TempDir()
	other := filepath.Join(folder, "part-1234567.mkv")
	require.NoError(t, os.WriteFile(other, []byte("of somebody else"), 0o600))
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	output := api.Folder(folder, "part-%02d.mkv", api.SegmentEvery(time.Second/30), api.SegmentKeep(4))
	require.NoError(t, enc.Open(context.Background(), output))
	most, bytes := 0, int64(0)
	for k := range 1000 {
		addNumbered(t, v, k, 1)
		addTone(t, a, 1600*k, 1600)
		if k%10 != 0 {
			continue
		}
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.LessOrEqual(t, len(files), 4+1)
		most = max(most, openFiles(t, folder))
		written := enc.Stats().BytesWritten
		require.GreaterOrEqual(t, written, bytes)
		bytes = written
	}
	require.NoError(t, enc.Close())
	require.LessOrEqual(t, most, 4)
	require.Zero(t, openFiles(t, folder))
	for k := 996; k < 1000; k++ {
		path := filepath.Join(folder, fmt.Sprintf("part-%02d.mkv", k))
		require.Equal(t, []int{k}, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	}
	files, err := filepath.Glob(filepath.Join(folder, "part-*"))
	require.NoError(t, err)
	require.Len(t, files, 4+1)
	require.FileExists(t, other)
	require.Greater(t, enc.Stats().BytesWritten, int64(1000*500), "all parts count")
}

// openFiles returns how many files in a folder this process has open.
func openFiles(t *testing.T, folder string) (n int) {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, link := range links {
		target, err := os.Readlink(link)
		if err == nil && filepath.Dir(target) == folder {
			n++
		}
	}
	return n
}

// TestAddedParts adds a recording in parts while the encoder runs, and closes it before.
func TestAddedParts(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, bestEffort := range []bool{false, true} {
		folder, added := t.TempDir(), t.TempDir()
		enc, v, a := openParts(t, folder, "mp4")
		require.NoError(t, feedBoth(v, a, 13))
		opts := []api.OutputOption{api.SegmentEvery(time.Second / 3)}
		if bestEffort {
			opts = append(opts, api.BestEffort())
		}
		handle, err := enc.AddOutput(context.Background(), api.Folder(added, "part-%02d.mp4", opts...))
		require.NoError(t, err)
		for k := 13; k < 58; k++ {
			addNumbered(t, v, k, 1)
			addTone(t, a, 1600*k, 1600)
		}
		require.NoError(t, enc.Sync(context.Background()))
		require.NoError(t, handle.Close())
		require.NoError(t, enc.Close())
		requireParts10(t, folder, "mp4", 0, 4)
		parts, err := filepath.Glob(filepath.Join(added, "*"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(parts), 4)
		var numbers []int
		for k, path := range parts {
			in := numbersOf(mediatest.Pictures(t, path, 0, "gray"))
			if k > 0 {
				require.Zero(t, in[0]%10, "%s is cut where the other recording is", path)
			}
			numbers = append(numbers, in...)
		}
		for k, n := range numbers {
			require.Equal(t, numbers[0]+k, n, "each picture once")
		}
	}
}
