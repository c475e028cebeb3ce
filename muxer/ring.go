package muxer

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/avloom/avloom/muxer/destination"
)

// ring removes the oldest parts of a recording, so that no more than a number of them stay. It
// removes only files that this run has written.
type ring struct {
	keep    int // how many parts stay; 0: all
	store   destination.Store
	name    func(part int64) string
	written []int64 // the numbers of the parts that are there, in order
}

// makeRoom removes the oldest parts, so that another one may be created. One that somebody else has
// removed is no error. A part that cannot be removed is one: otherwise the disk would fill up.
func (r *ring) makeRoom() error {
	for r.keep > 0 && len(r.written) >= r.keep {
		err := r.store.Remove(r.name(r.written[0]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		r.written = r.written[1:]
	}
	return nil
}

// add notes that a part is there.
func (r *ring) add(part int64) {
	if r.keep == 0 {
		return
	}
	i, _ := slices.BinarySearch(r.written, part)
	r.written = slices.Insert(r.written, i, part)
}
