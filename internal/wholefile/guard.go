package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// ErrHeld is the error of Hold for a file that another one holds.
var ErrHeld = errors.New("is locked by another process, or by another call in this one")

// Guard is an empty file that exists, and is locked, as long as something is in progress. If the
// process is killed the file stays, unlocked.
type Guard struct {
	path string
	lock *os.File
}

// Hold creates a file, or takes one that a killed process left, and locks it. The error wraps
// ErrHeld if another process, or another call in this one, holds it. A file that is not empty is no
// Guard's, and an error. If the file system has no locks, everybody gets it.
func Hold(path string) (*Guard, error) {
	for range maxAttempts {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o666)
		if err != nil {
			return nil, err
		}
		err = Lock(f)
		if errors.Is(err, unix.EWOULDBLOCK) {
			_ = f.Close() // nothing was written
			return nil, fmt.Errorf("%s %w", path, ErrHeld)
		}
		if err := checkEmpty(f, path); err != nil {
			_ = f.Close() // nothing was written
			return nil, err
		}
		if hasName(f, path) {
			return &Guard{path: path, lock: f}, nil
		}
		_ = f.Close() // its holder has removed it meanwhile
	}
	return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
}

// checkEmpty returns an error if the file is not of a Guard.
func checkEmpty(f *os.File, path string) error {
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		err = fmt.Errorf("%s is not empty, as a lock is, and would be removed; move it away", path)
	}
	return err
}

// Release removes the file and unlocks it. A second call does nothing.
func (g *Guard) Release() {
	if g.lock == nil {
		return
	}
	_ = os.Remove(g.path) // while it is locked, so that nobody else's is removed
	_ = g.lock.Close()    // unlocks; nothing was written through it
	g.lock = nil
}
