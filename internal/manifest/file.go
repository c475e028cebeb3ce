package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/wholefile"
)

// File is a manifest that is open. Several goroutines may append to it at once.
type File struct {
	file *os.File
	mu   sync.Mutex // the lock of the system is that of the process
}

// ErrOther says that a file is no manifest. Nothing was appended to it.
var ErrOther = errors.New("it holds something else than a manifest, whose lines begin with {")

// Open opens a manifest, or creates an empty one. The folder must exist.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	created := errors.Is(err, os.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	var first [1]byte
	if n, _ := file.ReadAt(first[:], 0); n > 0 && first[0] != '{' {
		err = ErrOther
	} else if created {
		err = wholefile.SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &File{file: file}, nil
}

// Append appends a line, which is given without its end, and returns when it is on the disk.
func (f *File) Append(line []byte) error {
	if err := f.write(line); err != nil {
		return err
	}
	return f.file.Sync() // without the locks: syncs of several processes may be one
}

// write appends a line with a single write.
func (f *File) write(line []byte) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	unlock := f.lock()
	defer func() { err = errors.Join(err, unlock()) }()
	torn, err := f.torn()
	if err != nil {
		return err
	}
	whole := make([]byte, 0, len(line)+2)
	if torn {
		whole = append(whole, '\n')
	}
	_, err = f.file.Write(append(append(whole, line...), '\n'))
	return err
}

// lock keeps other processes from appending until unlock is called. On a file system that has no
// locks the single write has to do, which the system does not mix with others.
func (f *File) lock() (unlock func() error) {
	fd := int(f.file.Fd())
	err := unix.Flock(fd, unix.LOCK_EX)
	for errors.Is(err, unix.EINTR) {
		err = unix.Flock(fd, unix.LOCK_EX)
	}
	if err != nil {
		return func() error { return nil }
	}
	return func() error { return unix.Flock(fd, unix.LOCK_UN) }
}

// torn says whether the last line lacks its end.
func (f *File) torn() (bool, error) {
	info, err := f.file.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := f.file.ReadAt(last[:], info.Size()-1); err != nil {
		return false, fmt.Errorf("read its end: %w", err)
	}
	return last[0] != '\n', nil
}

// Close closes the manifest.
func (f *File) Close() error { return f.file.Close() }
