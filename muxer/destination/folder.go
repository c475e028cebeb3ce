package destination

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/avloom/avloom/internal/astiavx"
)

// Folder is where an output that consists of many files is written.
type Folder struct {
	Store Store
	// Name returns the name of the file that FFmpeg opens by this URL; false: it opens something else.
	Name func(url string) (name string, ok bool)
	// Owns says which names are those of the output's files.
	Owns func(name string) bool
	// Index is the file that names the others: a playlist or manifest; "": there is none.
	Index string
	// Amend changes the text of the index before it appears; nil: it stays as FFmpeg writes it.
	Amend func(text []byte) []byte
	// Ring returns what is common to the files of which Keep stay; "": the file is not one of them.
	// Keep 0: all stay.
	Ring func(name string) string
	Keep int
	// Rings is how many rings there will be. Until there is a file in each, the index does not appear,
	// since it would name streams without anything to play.
	Rings int
}

// folder is a Folder that is being written. FFmpeg opens and closes its files one after another.
type folder struct {
	Folder
	rings map[string][]string // the files that are complete, by ring, the oldest first; none if all stay
	begun bool                // a file is complete
	count int64               // how many files of rings are complete
}

// NewFolder returns a Destination that writes the files of an output of many files. It takes over
// the store. url is that of the index, or of the pattern of the files.
//
// A file appears under its name when it is complete. When there are more than Keep in a ring, the
// oldest is removed, after the index that no longer names it is in place. Only files that this
// Destination has written are removed, but for an index of an earlier run: it goes before the first
// file appears, because it would name a mixture of old and new files.
func NewFolder(f Folder, url string) *Destination {
	return &Destination{folder: &folder{Folder: f, rings: map[string][]string{}}, url: url}
}

// Store returns the store of a Destination that NewFolder has returned. GiveUp closes it.
func (d *Destination) Store() Store { return d.folder.Store }

// HasFiles says whether FFmpeg opens many files at the destination, by OpenFile and CloseFile.
func (d *Destination) HasFiles() bool { return d.folder != nil }

// Completed returns how many segments, or pictures, of a folder are complete. The goroutine that
// writes calls it.
func (d *Destination) Completed() int64 {
	if d.folder == nil {
		return 0
	}
	return d.folder.count
}

var _ astiavx.Files = (*Destination)(nil)

// OpenFile creates a file in the folder. FFmpeg calls it.
func (d *Destination) OpenFile(url string) (output astiavx.Output, err error) {
	err = d.act(func() error {
		name, ok := d.folder.Name(url)
		if !ok || !d.folder.Owns(name) {
			return fmt.Errorf("FFmpeg opens %s, which is none of the files of this output", url)
		}
		file, err := d.folder.Store.Create(name)
		if err != nil {
			return err
		}
		if name == d.folder.Index && d.folder.Amend != nil {
			file = &amendedFile{StoredFile: file, amend: d.folder.Amend}
		}
		output = &fileInFolder{dst: d, file: file, name: name}
		return nil
	})
	return output, err
}

// CloseFile commits a file, or discards it if it is not complete or if the destination has failed.
// FFmpeg calls it.
func (d *Destination) CloseFile(output astiavx.Output, complete bool) error {
	f := output.(*fileInFolder)
	defer f.file.Discard()
	return d.act(func() error {
		switch {
		case !complete:
			return fmt.Errorf("%s was not written to its end", d.folder.Store.Path(f.name))
		case f.name == d.folder.Index && len(d.folder.rings) < d.folder.Rings:
			return nil
		}
		return d.folder.commit(f)
	})
}

// act calls the store. It measures the call, turns a panic into an error, and keeps the first
// error: all later calls fail with it.
func (d *Destination) act(call func() error) (err error) {
	d.calls.Add(1)
	defer d.endCall(&err)
	if err := d.Err(); err != nil {
		return err
	}
	d.writes.Begin()
	defer d.writes.End()
	if err := call(); err != nil {
		return d.fail(err)
	}
	return nil
}

// commit lets a file appear under its name, and removes files that there are too many of.
func (f *folder) commit(file *fileInFolder) error {
	if err := f.removeOldIndex(); err != nil {
		return err
	}
	if err := file.file.Commit(); err != nil {
		return err
	}
	if ring := f.Ring(file.name); ring != "" {
		f.remember(ring, file.name)
	}
	if f.Index != "" && file.name != f.Index {
		return nil
	}
	return f.removeOldest()
}

// remember notes that a file of a ring is complete. Where all stay, it keeps no names: there may be
// millions.
func (f *folder) remember(ring, name string) {
	names := f.rings[ring]
	if f.Keep > 0 {
		names = append(names, name)
	}
	f.rings[ring] = names
	f.count++
}

// removeOldIndex removes the index of an earlier run before the first file is complete.
func (f *folder) removeOldIndex() error {
	if f.begun || f.Index == "" {
		return nil
	}
	f.begun = true
	return f.remove(f.Index)
}

// removeOldest removes the files that have fallen out of the window.
func (f *folder) removeOldest() error {
	if f.Keep == 0 {
		return nil
	}
	for ring, names := range f.rings {
		for len(names) > f.Keep {
			if err := f.remove(names[0]); err != nil {
				return err
			}
			names = names[1:]
		}
		f.rings[ring] = names
	}
	return nil
}

// remove removes a file, if it is still there.
func (f *folder) remove(name string) error {
	err := f.Store.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
