package destination

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/wholefile"
)

// LongestName is how many bytes a name in a folder may have: 255 on all common file systems, less
// what a temporary name adds.
const LongestName = 255 - len(".") - len(temporaryMark) - temporaryDigits

// A temporary name consists of ".", the name, ".tmp-" and 16 hexadecimal digits.
const (
	temporaryMark   = ".tmp-"
	temporaryDigits = 16
)

var temporaryName = regexp.MustCompile(`^\.(.+)` + temporaryMark + `[0-9a-f]{16}$`)

// nameOfTemporary returns the name that a file of this temporary name would get.
func nameOfTemporary(temporary string) (name string, ok bool) {
	match := temporaryName.FindStringSubmatch(temporary)
	if match == nil {
		return "", false
	}
	return match[1], true
}

// mostAttempts is how often a file is created under other names. Names are random, so an attempt
// fails only if another process removes the file that was just created.
const mostAttempts = 100

// createTemporary creates a file with a temporary name, and locks it, so that other processes see
// that its writer lives. Where the file system has no locks, nobody removes such files.
func (s *folderStore) createTemporary(name string) (f *os.File, temporary string, err error) {
	for range mostAttempts {
		temporary = fmt.Sprintf(".%s%s%016x", name, temporaryMark, rand.Uint64())
		f, err = s.root.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_EXCL, filePermissions)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		// Another process may have taken the file for a leftover before it was locked.
		err = wholefile.Lock(f)
		if !errors.Is(err, unix.EWOULDBLOCK) && s.hasName(f, temporary) {
			return f, temporary, nil
		}
		_ = f.Close() // nothing was written
	}
	return nil, "", fs.ErrExist
}

// hasName returns true if the open file is still the file of this name.
func (s *folderStore) hasName(f *os.File, name string) bool {
	own, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := s.root.Lstat(name)
	return err == nil && os.SameFile(own, named)
}

// removeLeftovers removes the temporary files of names that the output owns, unless a living
// process has locked them. Errors are not reported: a folder that cannot be written in fails soon.
func (s *folderStore) removeLeftovers(owns func(string) bool) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if name, ok := nameOfTemporary(e.Name()); ok && e.Type().IsRegular() && owns(name) {
			s.removeIfDead(e.Name())
		}
	}
}

// removeIfDead removes a temporary file unless a writer has locked it.
func (s *folderStore) removeIfDead(temporary string) {
	f, err := s.root.OpenFile(temporary, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }() // nothing was written
	if wholefile.Lock(f) == nil && s.hasName(f, temporary) {
		_ = s.root.Remove(temporary)
	}
}
