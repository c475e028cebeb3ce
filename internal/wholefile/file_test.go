package wholefile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func create(t *testing.T, path string) *File {
	t.Helper()
	f, err := Create(path)
	require.NoError(t, err)
	return f
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

func namesIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestNames(t *testing.T) {
	long := strings.Repeat("ä", 120) + ".mp4"
	for _, base := range []string{
		"clip.mp4", "a.b.mkv", ".mp4", "clip", "*.mp4", ".tmp-0123456789abcdef.mp4", long,
		strings.Repeat("x", 251) + ".mp4",
	} {
		t.Run(base, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, base)
			f := create(t, path)
			require.Equal(t, dir, filepath.Dir(f.Name()))
			require.True(t, strings.HasSuffix(f.Name(), filepath.Ext(base)))
			require.True(t, strings.HasPrefix(filepath.Base(f.Name()), "."))
			k, ok := parse(filepath.Base(f.Name()))
			require.True(t, ok)
			require.Equal(t, kindOf(path), k)
			write(t, f.Name(), "whole")
			require.Equal(t, []string{filepath.Base(f.Name())}, namesIn(t, dir), "nothing under the name yet")
			require.NoError(t, f.Commit())
			require.Equal(t, []string{base}, namesIn(t, dir))
			f.Discard()
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, "whole", string(text))
		})
	}
}

func TestModeIsThatOfAnyNewFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "usual"), "")
	usual, err := os.Stat(filepath.Join(dir, "usual"))
	require.NoError(t, err)
	f := create(t, filepath.Join(dir, "whole"))
	require.NoError(t, f.Commit())
	whole, err := os.Stat(filepath.Join(dir, "whole"))
	require.NoError(t, err)
	require.Equal(t, usual.Mode(), whole.Mode())
}

func TestDiscardLeavesWhatWasThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clip.mp4")
	write(t, path, "old")
	f := create(t, path)
	write(t, f.Name(), "ne")
	f.Discard()
	f.Discard()
	require.Equal(t, []string{"clip.mp4"}, namesIn(t, filepath.Dir(path)))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(text))
}

func TestCommitFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "clip.mp4")
	t.Run("a folder has the name", func(t *testing.T) {
		f := create(t, path)
		require.NoError(t, os.Mkdir(path, 0o777))
		require.Error(t, f.Commit())
		require.Equal(t, []string{"clip.mp4"}, namesIn(t, dir))
		require.NoError(t, os.Remove(path))
	})
	t.Run("the file was removed", func(t *testing.T) {
		f := create(t, path)
		require.NoError(t, os.Remove(f.Name()))
		require.ErrorIs(t, f.Commit(), os.ErrNotExist)
		require.Empty(t, namesIn(t, dir))
	})
	t.Run("no folder", func(t *testing.T) {
		_, err := Create(filepath.Join(dir, "nowhere", "clip.mp4"))
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}

// TestLeftovers lets another process hold a file: only what is of the same path, and locked by
// nobody, goes.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "clip.mp4")
	living := create(t, path)
	defer living.Discard()
	other := create(t, filepath.Join(dir, "other.mp4"))
	require.NoError(t, other.lock.Close()) // dead, but of another path
	dead := create(t, path)
	require.NoError(t, dead.lock.Close())
	elsewhere := create(t, path)
	require.NoError(t, elsewhere.lock.Close())
	holder := exec.Command("flock", "--no-fork", elsewhere.Name(), "sh", "-c", "echo; exec cat")
	hold, err := holder.StdinPipe()
	require.NoError(t, err)
	locked, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())
	_, err = locked.Read(make([]byte, 1))
	require.NoError(t, err)
	link := filepath.Join(dir, ".clip.tmp-0123456789abcdef.mp4")
	require.NoError(t, os.Symlink(other.Name(), link))
	pipe := filepath.Join(dir, ".clip.tmp-00000000000000ff.mp4")
	require.NoError(t, unix.Mkfifo(pipe, 0o666))

	new(Leftovers).Remove(path)
	for _, name := range []string{living.Name(), other.Name(), elsewhere.Name(), pipe} {
		require.FileExists(t, name)
	}
	_, err = os.Lstat(link)
	require.NoError(t, err)
	require.NoFileExists(t, dead.Name())
	require.NoError(t, hold.Close())
	require.NoError(t, holder.Wait())
	new(Leftovers).Remove(path)
	require.NoFileExists(t, elsewhere.Name())
	new(Leftovers).Remove(filepath.Join(dir, "nowhere", "clip.mp4"))
}

// TestNobodyLosesAFile creates files while others look for leftovers all the time.
func TestNobodyLosesAFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "clip.mp4")
	var writers, cleaners sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		cleaners.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					new(Leftovers).Remove(path)
				}
			}
		})
	}
	for range 4 {
		writers.Go(func() {
			for range 100 {
				f, err := Create(path)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(f.Name()); err != nil {
					t.Error(err)
				}
				f.Discard()
			}
		})
	}
	writers.Wait()
	close(stop)
	cleaners.Wait()
	require.Empty(t, namesIn(t, dir))
}
