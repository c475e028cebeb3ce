package destination

import (
	"bytes"
	"errors"
	"fmt"
)

// amendedFile is a text that FFmpeg writes from front to back, and that is amended before it
// appears. It is kept in memory until then.
type amendedFile struct {
	StoredFile
	text  bytes.Buffer
	amend func(text []byte) []byte
}

// Write keeps p.
func (f *amendedFile) Write(p []byte) (int, error) { return f.text.Write(p) }

// Seek fails: the text is written from front to back.
func (f *amendedFile) Seek(int64, int) (int64, error) {
	return 0, fmt.Errorf("seek in a text: %w", errors.ErrUnsupported)
}

// Commit writes the amended text, and commits the file.
func (f *amendedFile) Commit() error {
	if _, err := f.StoredFile.Write(f.amend(f.text.Bytes())); err != nil {
		return err
	}
	return f.StoredFile.Commit()
}
