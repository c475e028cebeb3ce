package film

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/avloom/avloom/internal/wholefile"
)

// Suffix is what the name of the folder of chunks has after that of the film.
const Suffix = ".chunks"

const (
	soundName = "sound"
	lockName  = "lock"
)

var chunkName = regexp.MustCompile(`^[0-9]{5,}$`)

// ErrInUse is the error of a folder that another RenderFilm uses.
var ErrInUse = errors.New("another RenderFilm is making this film")

// Folder is the folder in which the chunks of a film wait. It is locked until it is closed.
type Folder struct {
	path string
	lock *wholefile.Guard
	left wholefile.Leftovers
}

// OpenFolder creates the folder, if it does not exist, and locks it. The error wraps ErrInUse if
// somebody else, in any process, has locked it.
func OpenFolder(path string) (*Folder, error) {
	const attempts = 100 // another one may remove the folder in between
	var last error
	for range attempts {
		if err := os.Mkdir(path, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		lock, err := wholefile.Hold(filepath.Join(path, lockName))
		switch {
		case err == nil:
			return &Folder{path: path, lock: lock}, nil
		case errors.Is(err, wholefile.ErrHeld):
			return nil, fmt.Errorf("%w: %s is locked", ErrInUse, path)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		last = err
	}
	return nil, last
}

// Path returns the path of the file of a chunk.
func (f *Folder) Path(c Chunk) string { return filepath.Join(f.path, c.Name()) }

// Sound returns the path of the file of the sound.
func (f *Folder) Sound() string { return filepath.Join(f.path, soundName) }

// RemoveTemporary removes what a killed writer left of a file.
func (f *Folder) RemoveTemporary(path string) { f.left.Remove(path) }

// RemoveAll removes all files that Keeper wrote, complete or not.
func (f *Folder) RemoveAll() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(f.path, e.Name())
		if kept, ok := wholefile.NameOf(e.Name()); ok && isOurs(kept) {
			f.left.Remove(filepath.Join(f.path, kept))
			continue
		}
		if !e.Type().IsRegular() || !isOurs(e.Name()) || !beginsAsOurs(path) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// isOurs says whether a file of this name may be of a Keeper.
func isOurs(name string) bool { return name == soundName || chunkName.MatchString(name) }

// beginsAsOurs says whether a file begins as a packet file.
func beginsAsOurs(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	b := make([]byte, len(magic))
	n, _ := f.Read(b)
	return n == 0 || string(b[:n]) == magic[:n]
}

// Foreign returns why a file must not be replaced; nil: it does not exist, or a Keeper wrote it.
func Foreign(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular() || !beginsAsOurs(path):
		return fmt.Errorf("%s is no chunk of a film; move it away", path)
	}
	return nil
}

// Close unlocks the folder, and removes it if nothing else is in it.
func (f *Folder) Close() {
	f.lock.Release()
	_ = os.Remove(f.path) // fails where chunks wait, or something that is not ours
}
