package destination

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// folderStore is a Store in a folder of the file system. It reaches no file outside the folder,
// because os.Root does not follow a link that leads out of it.
type folderStore struct {
	dir  string
	root *os.Root
}

// OpenFolder opens a Store in a folder, which must exist. The folder may hold other files.
//
// owns says which names belong to the output. Files of these names that a killed process was
// writing, and that no living process writes, are removed.
func OpenFolder(dir string, owns func(name string) bool) (Store, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &folderStore{dir: dir, root: root}
	s.removeLeftovers(owns)
	return s, nil
}

// CheckFolder returns an error if files cannot be created in the folder. It leaves nothing behind.
func CheckFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "open", Path: dir, Err: unix.ENOTDIR}
	}
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return &fs.PathError{Op: "access", Path: dir, Err: err}
	}
	return nil
}

// Create creates a file with a temporary name.
func (s *folderStore) Create(name string) (StoredFile, error) {
	if err := s.checkName("create", name); err != nil {
		return nil, err
	}
	f, temporary, err := s.createTemporary(name)
	if err != nil {
		return nil, s.named("create", name, err)
	}
	return &folderFile{file: f, store: s, name: name, temporary: temporary}, nil
}

// CreateVisible creates a file with its own name. A name that is taken by anything but a regular
// file is refused: a pipe would block, and a link would lead to a file of somebody else.
func (s *folderStore) CreateVisible(name string) (StoredFile, error) {
	if err := s.checkName("create", name); err != nil {
		return nil, err
	}
	info, err := s.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, s.named("create", name, errNotRegular)
	}
	f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, filePermissions)
	if err != nil {
		return nil, s.named("create", name, err)
	}
	return &folderFile{file: f, store: s, name: name}, nil
}

// Remove removes a file of this folder.
func (s *folderStore) Remove(name string) error {
	if err := s.checkName("remove", name); err != nil {
		return err
	}
	return s.named("remove", name, s.root.Remove(name))
}

// List returns the names of all regular files.
func (s *folderStore) List() ([]string, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return nil, s.named("list", "", err)
	}
	var names []string
	for _, e := range entries {
		if _, temporary := nameOfTemporary(e.Name()); e.Type().IsRegular() && !temporary {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Path returns the path of a file.
func (s *folderStore) Path(name string) string { return filepath.Join(s.dir, name) }

// Close closes the folder.
func (s *folderStore) Close() error { return s.root.Close() }

// filePermissions are those with which the system creates files, less the user's mask.
const filePermissions = 0o666

var (
	errNotPlain   = errors.New("is no plain file name: the files of a folder lie in that folder itself")
	errNotRegular = errors.New("the name is taken by something that is no regular file")
)

// checkName refuses names of other folders.
func (s *folderStore) checkName(op, name string) error {
	if IsPlainName(name) {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: errNotPlain}
}

// IsPlainName says whether a name is that of a file, without a folder.
func IsPlainName(name string) bool {
	return filepath.IsLocal(name) && name != "." && !strings.ContainsAny(name, "/\x00")
}

// named returns an error of the system with the path of the file that it is about. Os.Root knows
// the name in the folder only, and files may have a temporary name.
func (s *folderStore) named(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: op, Path: s.Path(name), Err: err}
}
