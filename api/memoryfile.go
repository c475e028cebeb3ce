package api

import (
	"errors"
	"fmt"
	"io"
)

// MemoryFile is a file in memory: an io.WriteSeeker whose zero value is ready for use. It is not safe for use by several goroutines at once.
type MemoryFile struct {
	data []byte
	at   int64
}

var _ io.WriteSeeker = (*MemoryFile)(nil)

// Bytes returns the content. It is valid until the next Write.
func (m *MemoryFile) Bytes() []byte { return m.data }

// Write writes at the current offset and extends the file where needed. What a Seek beyond the end left out reads as zeros.
func (m *MemoryFile) Write(p []byte) (int, error) {
	end := m.at + int64(len(p))
	if grow := end - int64(len(m.data)); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	copy(m.data[m.at:], p)
	m.at = end
	return len(p), nil
}

// Seek sets the offset of the next Write. One beyond the end is fine.
func (m *MemoryFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += m.at
	case io.SeekEnd:
		offset += int64(len(m.data))
	default:
		return 0, fmt.Errorf("avloom: seek in memory: there is no whence %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("avloom: seek in memory: before the start")
	}
	m.at = offset
	return offset, nil
}
