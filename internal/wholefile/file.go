package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// File is a file with a temporary name, which its writer opens by that name. Commit or Discard ends
// it.
type File struct {
	path, temporary string
	// lock is the file, open and locked. The system unlocks it when the process ends.
	lock *os.File
}

// maxAttempts is how often Create tries another name. Names are random, so an attempt fails only if
// another process removes the file that was just created.
const maxAttempts = 100

// Create creates an empty file in the folder of path. Its name begins with a dot, and has the
// extension of path.
func Create(path string) (*File, error) {
	for range maxAttempts {
		name := newName(path)
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		// Another process may have taken the file for a leftover before it was locked.
		err = Lock(f)
		if !errors.Is(err, unix.EWOULDBLOCK) && hasName(f, name) {
			return &File{path: path, temporary: name, lock: f}, nil
		}
		_ = f.Close() // nothing was written
	}
	return nil, fmt.Errorf("no name is free in %s", filepath.Dir(path))
}

// Name returns the temporary name. The caller may write the file, or replace it by another of the
// same name.
func (f *File) Name() string { return f.temporary }

// Commit syncs the file to the disk, and renames it; a file that had the name is replaced. If
// Commit fails the file is removed, except when only the sync of the folder failed.
func (f *File) Commit() error {
	defer f.Discard()
	if err := syncPath(f.temporary); err != nil {
		return err
	}
	if err := os.Rename(f.temporary, f.path); err != nil {
		return err
	}
	f.temporary = ""
	return SyncFolder(filepath.Dir(f.path))
}

// SyncFolder syncs the names in a folder to the disk.
func SyncFolder(path string) error {
	err := syncPath(path)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // the file system cannot sync folders
	}
	return err
}

// Discard removes the file. After Commit it does nothing.
func (f *File) Discard() {
	if f.temporary != "" {
		_ = os.Remove(f.temporary) // if that fails, Leftovers removes the file later
		f.temporary = ""
	}
	if f.lock != nil {
		_ = f.lock.Close() // unlocks; nothing was written through it
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

// Lock locks an open file until it is closed. The error is unix.EWOULDBLOCK if another process has
// locked it, and another error if the file system has no locks.
func Lock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	err = conn.Control(func(fd uintptr) { locked = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) })
	return errors.Join(err, locked)
}

// hasName returns true if the open file is still the file of this name.
func hasName(f *os.File, name string) bool {
	own, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(own, named)
}
