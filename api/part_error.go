package api

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/avloom/avloom/internal/film"
)

// PartError says which part of a film cannot be used: it is missing, damaged, or of another film.
// Make it again, and join again.
type PartError struct {
	Index int    // of the chunk, or SoundPart
	Path  string // of the part's file
	Err   error  // why

	about string // names the part
}

// Error names the part, its file, and why it cannot be used.
func (e *PartError) Error() string {
	if _, ok := errors.AsType[*fs.PathError](e.Err); ok { // which names the file
		return fmt.Sprintf("avloom: %s: %v", e.about, e.Err)
	}
	return fmt.Sprintf("avloom: %s: %s: %v", e.about, e.Path, e.Err)
}

// Unwrap returns why the part cannot be used.
func (e *PartError) Unwrap() error { return e.Err }

// partError turns a *film.PartError into the one of this package.
func partError(err error, path string) error {
	if e, ok := errors.AsType[*film.PartError](err); ok {
		return &PartError{Index: e.Index, Path: path, Err: e.Err, about: e.About}
	}
	return err
}
