package film

import (
	"errors"
	"fmt"
	"io"
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
		if err := wholefile.SyncFolder(filepath.Dir(path)); err != nil {
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

// CheckForeign returns an error if a file that is not of a film has a name that this film needs.
func (f *Folder) CheckForeign(cut Cut) error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(f.path, e.Name())
		if e.Name() == soundName || e.Name() == replacedName {
			err = Foreign(path)
		} else if c, ok := cut.named(e.Name()); ok {
			if err = Foreign(path); err != nil {
				err = chunkError(c, err)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveAll removes all files that a film has left in its folder, complete or not.
func (f *Folder) RemoveAll() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, temporary := wholefile.NameOf(e.Name())
		switch {
		case temporary && hasOurName(name):
			f.left.Remove(filepath.Join(f.path, name))
		case temporary || !e.Type().IsRegular() || !isOurs(filepath.Join(f.path, e.Name())):
		default:
			if err := os.Remove(filepath.Join(f.path, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasOurName says whether a file of this name may be of a Keeper.
func hasOurName(name string) bool { return name == soundName || chunkName.MatchString(name) }

// isOurs says whether a file has the name and the beginning of a file of a film, or the end of a
// packet file whose beginning was damaged.
func isOurs(path string) bool {
	name, begin := filepath.Base(path), magic
	switch {
	case name == replacedName:
		begin = replacedMagic
	case !hasOurName(name):
		return false
	}
	return looksLike(path, begin)
}

// looksLike says whether a file begins so, or ends as a packet file whose beginning was damaged. A
// file that is shorter begins so if all of it does.
func looksLike(path, begin string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	b := make([]byte, len(begin))
	n, err := io.ReadFull(f, b)
	if (err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && string(b[:n]) == begin[:n] {
		return true
	}
	return begin == magic && hasMark(f)
}

// hasMark says whether a file ends as a packet file.
func hasMark(f *os.File) bool {
	b := make([]byte, len(mark))
	if _, err := f.Seek(-int64(len(mark)), io.SeekEnd); err != nil {
		return false // it is shorter
	}
	_, err := io.ReadFull(f, b)
	return err == nil && string(b) == mark
}

// Foreign returns why a file must not be replaced; nil: it does not exist, or a Keeper wrote it.
func Foreign(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular() || !isOurs(path):
		return fmt.Errorf("%s is not of this film, and would be replaced; move it away", path)
	}
	return nil
}

// ForeignPart is Foreign for a packet file of any name.
func ForeignPart(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular() || !looksLike(path, magic):
		return fmt.Errorf("%s is no part of a film, and would be replaced; move it away", path)
	}
	return nil
}

// Close unlocks the folder, and removes it if nothing else is in it.
func (f *Folder) Close() {
	f.lock.Release()
	_ = os.Remove(f.path) // fails where chunks wait, or something that is not ours
}
