package depot

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"gocloud.dev/blob"
	"golang.org/x/sys/unix"
)

// KeyError says that the store takes no file under a key, whatever the file is.
type KeyError struct {
	Key, Reason string
	Err         error // what the store says; nil: it was not asked
}

// Error says what to do.
func (e *KeyError) Error() string {
	return fmt.Sprintf("the store cannot have a file %s: %s; give the job another Path", e.Key, e.Reason)
}

// Unwrap returns what the store says.
func (e *KeyError) Unwrap() error { return e.Err }

const (
	// sidecar is what fileblob appends to a key for the file with its metadata.
	sidecar = ".attrs"
	// longestName is how many bytes of a name nearly all file systems take, between two slashes.
	longestName = 255
	// longestTemporary is what fileblob appends to a name as long as the file is not complete.
	longestTemporary = len(".0123456789abcdef.tmp")
)

// checkName returns an error if fileblob reserves the key for itself.
func checkName(b *blob.Bucket, key string) error {
	if strings.HasSuffix(key, sidecar) && isFolder(b) {
		return &KeyError{Key: key, Reason: "a folder keeps metadata in files that end with " + sidecar}
	}
	return nil
}

// checkFree returns an error if fileblob could not write a file under the key, which is free.
func checkFree(b *blob.Bucket, key string) error {
	if len(path.Base(key)) > longestName-longestTemporary && isFolder(b) {
		return tooLong(key, nil)
	}
	return nil
}

// keyError returns the *KeyError if a file system refuses the key, and otherwise err.
func keyError(err error, key string) error {
	switch {
	case errors.Is(err, unix.ENAMETOOLONG):
		return tooLong(key, err)
	case errors.Is(err, unix.EILSEQ):
		return &KeyError{Key: key, Reason: "the file system does not take its characters", Err: err}
	default:
		return err
	}
}

func tooLong(key string, err error) error {
	return &KeyError{Key: key, Err: err, Reason: fmt.Sprintf(
		"a name in it is too long for a folder, which takes %d bytes, and %d for that of a file",
		longestName, longestName-longestTemporary)}
}
