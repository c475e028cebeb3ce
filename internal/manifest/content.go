package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"
)

// Content tells the content of a file from any other.
type Content struct {
	Bytes    int64     // its size
	Modified time.Time // when it was written last
	SHA256   string    // in hexadecimal digits
}

// ContentOf reads a file.
func ContentOf(path string) (c Content, err error) {
	file, err := os.Open(path)
	if err != nil {
		return Content{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return Content{}, err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, file)
	return Content{Bytes: n, Modified: info.ModTime().UTC(), SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}

// Is returns true if the file has this content. A file of the same size and time was not changed,
// and is not read.
func (c Content) Is(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() != c.Bytes {
		return false, err
	}
	if info.ModTime().Equal(c.Modified) {
		return true, nil
	}
	now, err := ContentOf(path)
	return now.SHA256 == c.SHA256, err
}
