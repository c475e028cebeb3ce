// Package wholefile writes files that are under their name only when they are complete. Until then they have a temporary name beside it, and what a
// writer that was killed has left there can be told from what a living one, of whatever process, is writing.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// File is a file that is being written, under a temporary name. Its writer opens that name itself. It ends with Commit or Discard.
type File struct {
	path, temporary string
	// lock is the file, open and locked, which it is in no other process, and in none once the writer is dead.
	lock *os.File
}

// tries is how often a name is sought that nobody has. Names are random: one that is taken means that somebody removes what was just made.
const tries = 100

// Create creates an empty file in the folder of path, whose name begins with a dot and has the extension of path.
func Create(path string) (*File, error) {
	for range tries {
		name := newName(path)
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		// Between the two calls it may have been taken for a leftover.
		if taken := lock(f); !errors.Is(taken, unix.EWOULDBLOCK) && is(f, name) {
			return &File{path: path, temporary: name, lock: f}, nil
		}
		_ = f.Close() // nothing was written
	}
	return nil, fmt.Errorf("no name is free in %s", filepath.Dir(path))
}

// Name is the temporary name. The file may be written, or be replaced by another of the same name.
func (f *File) Name() string { return f.temporary }

// Commit brings the file to the disk and gives it its name, in place of what had it. Where that fails the file is removed, unless
// only the folder could not be brought to the disk.
func (f *File) Commit() error {
	defer f.Discard()
	if err := syncPath(f.temporary); err != nil {
		return err
	}
	if err := os.Rename(f.temporary, f.path); err != nil {
		return err
	}
	f.temporary = ""
	err := syncPath(filepath.Dir(f.path))
	if errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // file systems that cannot do that for folders say so
	}
	return err
}

// Discard removes the file. After Commit it does nothing.
func (f *File) Discard() {
	if f.temporary != "" {
		_ = os.Remove(f.temporary) // whatever stays behind is a leftover
		f.temporary = ""
	}
	if f.lock != nil {
		_ = f.lock.Close() // which has written nothing, and unlocks
		f.lock = nil
	}
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}

// lock locks an open file. The error is unix.EWOULDBLOCK where another has; file systems without locks have others.
func lock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	err = conn.Control(func(fd uintptr) { locked = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) })
	return errors.Join(err, locked)
}

// is says whether the open file is still the one of this name.
func is(f *os.File, name string) bool {
	own, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(own, there)
}
