package destination

import "os"

// folderFile is a file of a folderStore.
type folderFile struct {
	file      *os.File // nil: the file has ended
	store     *folderStore
	name      string
	temporary string // its name until Commit; "": it has its own from the start
}

// Write writes p at the present offset.
func (f *folderFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	return n, f.store.named("write", f.name, err)
}

// Seek moves the offset.
func (f *folderFile) Seek(offset int64, whence int) (int64, error) {
	n, err := f.file.Seek(offset, whence)
	return n, f.store.named("seek", f.name, err)
}

// Commit closes the file and gives it its name. A file of that name is replaced in one step, so
// that readers see the old one or the new one.
func (f *folderFile) Commit() error {
	defer f.Discard()
	if err := f.close(); err != nil {
		return f.store.named("close", f.name, err)
	}
	if f.temporary == "" {
		return nil
	}
	if err := f.store.root.Rename(f.temporary, f.name); err != nil {
		return f.store.named("rename", f.name, err)
	}
	f.temporary = ""
	return nil
}

// Discard closes the file, and removes it if it has no name yet.
func (f *folderFile) Discard() {
	_ = f.close() // the file is not complete anyway
	if f.temporary != "" {
		_ = f.store.root.Remove(f.temporary) // if that fails, the next OpenFolder removes the file
		f.temporary = ""
	}
}

// close closes the file, which unlocks it. Again: it does nothing.
func (f *folderFile) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
