package destination

import "io"

// Store keeps the files of one output that consists of many: segments and their playlist, numbered
// pictures, the parts of a recording. Names are plain file names. Errors are those of the system
// (fs.ErrNotExist, syscall.ENOSPC) and name the file by its path.
//
// Several goroutines may use a Store at once. OpenFolder opens one in a folder.
type Store interface {
	// Create creates a file that appears under its name only when it is committed. It replaces a file
	// that has the name then.
	Create(name string) (StoredFile, error)
	// CreateVisible creates a file that has its name from the start, for readers that follow it while
	// it is being written. It empties a file that has the name already.
	CreateVisible(name string) (StoredFile, error)
	// Remove removes a file.
	Remove(name string) error
	// List returns the names of all files, in order, but not those of files that have not been
	// committed.
	List() ([]string, error)
	// Path returns the path of a file, for errors and logs.
	Path(name string) string
	// Close gives the store back. Files that are open stay open.
	Close() error
}

// StoredFile is a file in a Store that is being written. Commit or Discard ends it. One goroutine
// writes it.
type StoredFile interface {
	io.Writer
	io.Seeker
	// Commit ends the file, which is complete. If that fails, the file is discarded.
	Commit() error
	// Discard ends a file that will not be complete. It removes the file, unless it was created by
	// CreateVisible: that one keeps what was written. After Commit it does nothing.
	Discard()
}
