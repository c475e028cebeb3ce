package destination

import (
	"os"
)

// DryRun returns a Destination with the properties of d that discards what is written.
func (d *Destination) DryRun() *Destination {
	if d.folder != nil {
		dry := d.folder.Folder
		dry.Store = dryStore{}
		return NewFolder(dry, d.url)
	}
	return newDry(d.CanSeek(), d.url)
}

// DryFile returns a Destination with the properties that CreateFile(path) would have. It discards
// what is written, and does not touch the file.
func DryFile(path string) *Destination {
	info, err := os.Stat(path)
	if err == nil && !keepsOffset(info) { // a pipe, a terminal
		return newDry(false, "")
	}
	return newDry(true, "file:"+path)
}

// DryFolder returns a Destination with the properties that NewFolder(f, url) would have. It
// discards what is written, and does not use the store of f.
func DryFolder(f Folder, url string) *Destination { return NewFolder(f, url).DryRun() }

// DryConnection returns a Destination with the properties of a connection, which discards what is
// written.
func DryConnection() *Destination { return newDry(false, "") }

// DryStored returns a Destination with the properties of a file in a Store, which discards what is
// written.
func DryStored() *Destination { return newDry(true, "") }

func newDry(canSeek bool, url string) *Destination {
	d := &Destination{w: discard{}, raw: discard{}, url: url}
	if canSeek {
		d.seeker = discard{}
	}
	return d
}

// discard drops what is written to it, and can seek.
type discard struct{}

func (discard) Write(p []byte) (int, error)             { return len(p), nil }
func (discard) Seek(offset int64, _ int) (int64, error) { return offset, nil }

// dryStore is a Store that keeps nothing.
type dryStore struct{}

func (dryStore) Create(string) (StoredFile, error)        { return dryFile{}, nil }
func (dryStore) CreateVisible(string) (StoredFile, error) { return dryFile{}, nil }
func (dryStore) Remove(string) error                      { return nil }
func (dryStore) List() ([]string, error)                  { return nil, nil }
func (dryStore) Path(name string) string                  { return name }
func (dryStore) Close() error                             { return nil }

// dryFile is a file of a dryStore.
type dryFile struct{ discard }

func (dryFile) Commit() error { return nil }
func (dryFile) Discard()      {}
