package destination

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func openFolder(t *testing.T, dir string) Store {
	t.Helper()
	s, err := OpenFolder(dir, func(name string) bool { return strings.HasPrefix(name, "ours") })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func fill(t *testing.T, f StoredFile, err error, text string) StoredFile {
	t.Helper()
	require.NoError(t, err)
	n, err := f.Write([]byte(text))
	require.NoError(t, err)
	require.Equal(t, len(text), n)
	return f
}

func create(t *testing.T, s Store, name, text string) StoredFile {
	t.Helper()
	f, err := s.Create(name)
	return fill(t, f, err, text)
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func text(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(b)
}

func list(t *testing.T, s Store) []string {
	t.Helper()
	names, err := s.List()
	require.NoError(t, err)
	return names
}

func TestStoredFileAppearsWhole(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ours"), []byte("old"), 0o600))
	f := create(t, s, "ours", "ne.")
	require.Equal(t, "old", text(t, dir, "ours"))
	require.Equal(t, []string{"ours"}, list(t, s), "a file without a name is not listed")
	at, err := f.Seek(2, 0)
	require.NoError(t, err)
	require.EqualValues(t, 2, at)
	_, err = f.Write([]byte("w"))
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	f.Discard()
	require.Equal(t, "new", text(t, dir, "ours"))
	require.Equal(t, []string{"ours"}, namesIn(t, dir))

	f = create(t, s, "ours", "newer")
	f.Discard()
	f.Discard()
	require.Equal(t, "new", text(t, dir, "ours"))
	require.Equal(t, []string{"ours"}, namesIn(t, dir))

	require.NoError(t, s.Remove("ours"))
	require.Empty(t, namesIn(t, dir))
	require.Equal(t, filepath.Join(dir, "ours"), s.Path("ours"))
}

func TestVisibleFileHasItsNameFromTheStart(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "part"), []byte("a long old text"), 0o600))
	f, err := s.CreateVisible("part")
	f = fill(t, f, err, "new")
	require.Equal(t, "new", text(t, dir, "part"))
	f.Discard()
	require.Equal(t, "new", text(t, dir, "part"), "what was recorded stays")
	f, err = s.CreateVisible("other")
	require.NoError(t, fill(t, f, err, "whole").Commit())
	require.Equal(t, []string{"other", "part"}, namesIn(t, dir))
}

func TestFolderRefusesOtherFolders(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("kept"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "link")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "way")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	s := openFolder(t, dir)
	for _, name := range []string{"", ".", "..", "../secret", secret, "way/secret", "a/../../secret", "a/b", "x\x00y"} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Create(name)
			require.ErrorIs(t, err, errNotPlain)
			_, err = s.CreateVisible(name)
			require.ErrorIs(t, err, errNotPlain)
			require.ErrorIs(t, s.Remove(name), errNotPlain)
		})
	}
	for _, name := range []string{"link", "way", "pipe"} {
		_, err := s.CreateVisible(name)
		require.ErrorIs(t, err, errNotRegular, name)
		require.ErrorContains(t, err, filepath.Join(dir, name))
	}
	require.NoError(t, create(t, s, "link", "new").Commit())
	require.Equal(t, "new", text(t, dir, "link"), "the link is replaced")
	require.Equal(t, "kept", text(t, secret))
	require.Equal(t, []string{"link"}, list(t, s))
}

func TestFolderErrorsNameTheFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	_, err := OpenFolder(dir, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.Mkdir(dir, 0o777))
	s := openFolder(t, dir)
	open := create(t, s, "ours", "x")
	isAbout := func(err error, kind error, name string) {
		t.Helper()
		require.ErrorIs(t, err, kind)
		require.ErrorContains(t, err, filepath.Join(dir, name)+":")
	}
	isAbout(s.Remove("nobody"), fs.ErrNotExist, "nobody")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o777))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken", "full"), 0o777))
	isAbout(create(t, s, "taken", "x").Commit(), fs.ErrExist, "taken")
	require.NoError(t, os.RemoveAll(dir))
	isAbout(open.Commit(), fs.ErrNotExist, "ours")
	_, err = s.Create("more")
	isAbout(err, fs.ErrNotExist, "more")
	_, err = open.Write([]byte("x"))
	isAbout(err, fs.ErrInvalid, "ours")
}

// TestFullDiskNamesTheFile writes to a folder whose file system is full at once.
func TestFullDiskNamesTheFile(t *testing.T) {
	s := openFolder(t, "/dev")
	f, err := s.(*folderStore).root.OpenFile("full", os.O_WRONLY, 0)
	require.NoError(t, err)
	file := &folderFile{file: f, store: s.(*folderStore), name: "full"}
	defer file.Discard()
	_, err = file.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.EqualError(t, err, "write /dev/full: no space left on device")
}

// TestLeftoversOfKilledProcesses opens a folder in which one process was killed and another one
// writes.
func TestLeftoversOfKilledProcesses(t *testing.T) {
	const digits = "0123456789abcdef"
	dir := t.TempDir()
	put := func(name string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		return filepath.Join(dir, name)
	}
	dead := put(".ours-1.ts.tmp-" + digits)
	others := []string{
		put(".theirs.tmp-" + digits), put(".ours.tmp-123"), put("ours.tmp-" + digits), put(".ours"),
	}
	living := put(".ours-2.ts.tmp-" + digits)
	holder := exec.Command("flock", "--no-fork", living, "sh", "-c", "echo; exec cat")
	hold, err := holder.StdinPipe()
	require.NoError(t, err)
	locked, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())
	_, err = locked.Read(make([]byte, 1))
	require.NoError(t, err)

	s := openFolder(t, dir)
	require.NoFileExists(t, dead)
	for _, name := range append(others, living) {
		require.FileExists(t, name)
	}
	ours := create(t, s, "ours", "x")
	openFolder(t, dir)
	require.NoError(t, ours.Commit(), "a file that is being written is no leftover")
	require.NoError(t, hold.Close())
	require.NoError(t, holder.Wait())
	openFolder(t, dir)
	require.NoFileExists(t, living)
}

func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	name := strings.Repeat("x", LongestName)
	require.NoError(t, create(t, s, name, "x").Commit())
	require.Equal(t, []string{name}, namesIn(t, dir))
	_, err := s.Create(name + "x")
	require.ErrorIs(t, err, syscall.ENAMETOOLONG)
}

func TestDestinationInStore(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	for name, end := range map[string]func(*Destination){
		"whole": func(d *Destination) { require.NoError(t, d.Close()); d.GiveUp() },
		"given": func(d *Destination) { d.GiveUp() },
	} {
		f, err := s.Create(name)
		require.NoError(t, err)
		d := NewStored(f)
		require.True(t, d.CanSeek())
		_, err = d.Write([]byte("text"))
		require.NoError(t, err)
		end(d)
	}
	require.Equal(t, []string{"whole"}, namesIn(t, dir))
}
