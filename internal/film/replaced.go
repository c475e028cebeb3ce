package film

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// While a film is made, its folder has a file that tells which older file the film will replace.
// With it, a killed film can be told from a complete one where a file of that name exists.
const (
	replacedName  = "replaces"
	replacedMagic = "avloom replaces "
)

// NoteReplaced notes which file the film will replace, if there is one.
func (f *Folder) NoteReplaced(path string) error {
	id, err := identity(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	note, err := os.Create(filepath.Join(f.path, replacedName))
	if err != nil {
		return err
	}
	_, err = note.WriteString(id)
	// A note that a loss of power cut short would let the older file pass for the film.
	return cmp.Or(err, note.Sync(), note.Close())
}

// IsComplete says whether the file of that name is the film, and not one that the film will
// replace.
func IsComplete(path string) (bool, error) {
	id, err := identity(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	replaced, err := os.ReadFile(filepath.Join(path+Suffix, replacedName))
	return err != nil || string(replaced) != id, nil
}

// identity tells a file from others that have had its name.
func identity(path string) (string, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return "", &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return fmt.Sprintf("%s%d %d %d %d.%09d\n", replacedMagic, s.Dev, s.Ino, s.Size, s.Mtim.Sec, s.Mtim.Nsec), nil
}
