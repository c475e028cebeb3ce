package destination

import (
	"os"
	"path/filepath"
)

// CreateFile creates the file at path, or empties it if it exists. Close closes it.
func CreateFile(path string) (*Destination, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	d := NewWriter(f)
	d.file = f
	if absolute, err := filepath.Abs(path); err == nil && d.CanSeek() {
		d.url = "file:" + absolute
	}
	return d, nil
}

// SameFile says whether two paths lead to one file that exists, also through links.
func SameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
