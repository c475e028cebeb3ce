package api_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// openFolder opens a folder with pictures and sound.
func openFolder(t *testing.T, dir, index string) (*api.Encoder, *api.VideoStream, *api.AudioStream) {
	t.Helper()
	enc := api.NewEncoder()
	cfg := numberedVideo()
	if strings.HasSuffix(index, ".png") {
		cfg.Codec, cfg.Preset = "", ""
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.Open(context.Background(), api.Folder(dir, index)))
		return enc, v, nil
	}
	cfg.KeyInterval = 6
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	every := api.SegmentEvery(200 * time.Millisecond)
	require.NoError(t, enc.Open(context.Background(), api.Folder(dir, index, every)))
	return enc, v, a
}

// feedUntil feeds until done says so or a call fails.
func feedUntil(v *api.VideoStream, a *api.AudioStream, done func() bool) error {
	ctx := context.Background()
	for i := 0; !done(); i++ {
		if err := v.AddFrames(ctx, api.Frames{Data: numbered(i, 1), Layout: api.NHWC}); err != nil {
			return err
		}
		if a == nil {
			continue
		}
		if err := a.AddSamples(ctx, tone(2, i*1600, 1600)); err != nil {
			return err
		}
	}
	return nil
}

func never() bool { return false }

// hasSome returns a function that says whether a folder has so many visible files.
func hasSome(dir string, n int) func() bool {
	return func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "[^.]*"))
		return len(names) >= n
	}
}

var faultyIndices = []string{"index.m3u8", "manifest.mpd", "frame-%d.png"}

// requireWhole checks that everything that is still in the folder is whole.
func requireWhole(t *testing.T, dir, index string) {
	t.Helper()
	requireNoTemporaryFiles(t, dir)
	if strings.HasSuffix(index, ".png") {
		assertWholePictures(t, dir)
		return
	}
	assertPlays(t, filepath.Join(dir, index))
}

// TestFolderRemovedWhileWritten: the error is that of the system and names the file.
func TestFolderRemovedWhileWritten(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range faultyIndices {
		t.Run(index, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "folder")
			require.NoError(t, os.Mkdir(dir, 0o777))
			enc, v, a := openFolder(t, dir, index)
			require.NoError(t, feedUntil(v, a, hasSome(dir, 3)))
			for os.RemoveAll(dir) != nil { // a file may appear meanwhile
			}
			fed := feedUntil(v, a, never)
			requireNamesFile(t, fed, fs.ErrNotExist, dir)
			require.ErrorIs(t, enc.Close(), fs.ErrNotExist)
			require.NoDirExists(t, dir)
		})
	}
}

// requireNamesFile checks that an error is that of the system about a file in the folder.
func requireNamesFile(t *testing.T, err, want error, dir string) {
	t.Helper()
	require.ErrorIs(t, err, want)
	var about *fs.PathError
	require.ErrorAs(t, err, &about)
	require.Equal(t, dir, filepath.Dir(about.Path))
	require.False(t, strings.HasPrefix(filepath.Base(about.Path), "."), about.Path)
}

// TestFolderOnAFullDisk fills a small disk. What was complete stays complete.
func TestFolderOnAFullDisk(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range faultyIndices {
		t.Run(index, func(t *testing.T) {
			dir := t.TempDir()
			if err := unix.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
				t.Skip("mounting a small disk: ", err)
			}
			t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, 0)) })
			enc, v, a := openFolder(t, dir, index)
			fed := feedUntil(v, a, never)
			requireNamesFile(t, fed, syscall.ENOSPC, dir)
			require.ErrorIs(t, enc.Close(), syscall.ENOSPC)
			// The checks write beside the files, so they need another disk.
			kept := t.TempDir()
			require.NoError(t, os.CopyFS(kept, os.DirFS(dir)))
			require.Greater(t, len(filesIn(t, kept)), 3)
			requireWhole(t, kept, index)
		})
	}
}

// TestFolderAborted: no temporary file stays, and what was complete does.
func TestFolderAborted(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range faultyIndices {
		for _, files := range []int{0, 4} {
			t.Run(fmt.Sprintf("%s, %d files", strings.Trim(index, "%"), files), func(t *testing.T) {
				dir := t.TempDir()
				enc, v, a := openFolder(t, dir, index)
				require.NoError(t, feedUntil(v, a, hasSome(dir, files)))
				cause := errors.New("enough")
				require.ErrorIs(t, enc.Abort(cause), cause)
				requireWhole(t, dir, index)
			})
		}
	}
}

// TestFolderWithoutPermission: a folder in which nothing may be written is found before anything is
// touched, and one that loses the permission while it is written ends the run.
func TestFolderWithoutPermission(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	asNobody(t, dir, func() {
		enc := api.NewEncoder()
		addVideo(t, enc, numberedVideo())
		err := enc.Open(context.Background(), api.Folder(dir, "index.m3u8"))
		var wrong *api.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "dir", wrong.Field)
		require.ErrorIs(t, err, fs.ErrPermission)
		require.NoError(t, enc.Close())
	})
	t.Run("lost", func(t *testing.T) {
		dir := t.TempDir()
		if err := unix.Mount("none", dir, "tmpfs", 0, ""); err != nil {
			t.Skip("mounting a disk: ", err)
		}
		t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, 0)) })
		enc, v, a := openFolder(t, dir, "frame-%d.png")
		require.NoError(t, feedUntil(v, a, hasSome(dir, 3)))
		require.NoError(t, os.Chmod(dir, 0o777))
		for unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "") != nil { // while a file is open
			require.NoError(t, feedUntil(v, a, hasSome(dir, 3)))
		}
		fed := feedUntil(v, a, never)
		requireNamesFile(t, fed, syscall.EROFS, dir)
		require.ErrorIs(t, enc.Close(), syscall.EROFS)
		assertWholePictures(t, dir)
	})
}
