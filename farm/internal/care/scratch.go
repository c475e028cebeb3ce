package care

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/internal/wholefile"
)

// Names of scratch folders, and of the files that are locked as long as their workers live.
const (
	folderName = "avloom-worker-"
	lockName   = ".lock"
)

// Scratch is the folder of one worker for files that are being rendered.
type Scratch struct {
	folder string
	guard  *wholefile.Guard
}

// OpenScratch makes a folder in parent, which is made if it is missing, and removes the folders of
// workers that were killed.
func OpenScratch(parent string) (*Scratch, error) {
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, err
	}
	for {
		s, err := newScratch(filepath.Join(parent, fmt.Sprintf("%s%016x", folderName, rand.Uint64())))
		if errors.Is(err, wholefile.ErrHeld) {
			continue // another worker was looking for dead ones
		}
		if err == nil {
			s.removeDead(parent)
		}
		return s, err
	}
}

func newScratch(folder string) (*Scratch, error) {
	guard, err := wholefile.Hold(folder + lockName)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		guard.Release()
		return nil, err
	}
	return &Scratch{folder, guard}, nil
}

// Folder returns its path.
func (s *Scratch) Folder() string { return s.folder }

// Close removes the folder with all that is in it.
func (s *Scratch) Close() error {
	err := os.RemoveAll(s.folder)
	s.guard.Release()
	return err
}

// removeDead removes the folders in parent whose lock nobody holds. The own one is held: where it
// does not seem so, the file system has no locks, and nothing is removed.
func (s *Scratch) removeDead(parent string) {
	if again, err := wholefile.Hold(s.folder + lockName); err == nil {
		again.Release()
		return
	}
	locks, err := filepath.Glob(filepath.Join(parent, folderName+"*"+lockName))
	if err != nil {
		return // parent has a pattern for a name; what is left costs space alone
	}
	for _, lock := range locks {
		guard, err := wholefile.Hold(lock)
		if err != nil {
			continue // its worker lives, or is another user's
		}
		_ = os.RemoveAll(lock[:len(lock)-len(lockName)]) // what is left is removed by the next worker
		guard.Release()
	}
}
