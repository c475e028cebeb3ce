package api

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/avloom/avloom/internal/checked"
)

// MemoryFile is a file in memory: an io.WriteSeeker whose zero value is ready for use. It is not
// safe for use by several goroutines at once.
type MemoryFile struct {
	data   []byte
	offset int64
}

var _ io.WriteSeeker = (*MemoryFile)(nil)

// Bytes returns the content. It is valid until the next Write.
func (m *MemoryFile) Bytes() []byte { return m.data }

// mostGap is the largest gap that a Write beyond the end may leave. The gap takes memory. No
// container leaves one.
const mostGap = 1 << 30

// Write writes at the current offset and extends the file where needed. A gap that a Seek beyond
// the end has left reads as zeros. A gap of more than 1 GiB is an error, and nothing is written.
func (m *MemoryFile) Write(p []byte) (int, error) {
	offset := int(m.offset)
	gap := offset - len(m.data)
	if gap > mostGap {
		return 0, fmt.Errorf("avloom: write to memory: the offset is %d bytes beyond the end; "+
			"seek to at most %d bytes beyond it", gap, mostGap)
	}
	end, ok := checked.Sum(offset, len(p))
	if !ok {
		return 0, fmt.Errorf("avloom: write to memory: %d bytes at %d are beyond what can be addressed", len(p), offset)
	}
	if grow := end - len(m.data); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	copy(m.data[offset:], p)
	m.offset = int64(end)
	return len(p), nil
}

// Seek sets the offset of the next Write, which may be beyond the end.
func (m *MemoryFile) Seek(offset int64, whence int) (int64, error) {
	var base int64
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = m.offset
	case io.SeekEnd:
		base = int64(len(m.data))
	default:
		return 0, fmt.Errorf("avloom: seek in memory: there is no whence %d", whence)
	}
	switch {
	case offset > math.MaxInt64-base:
		return 0, errors.New("avloom: seek in memory: beyond what can be addressed")
	case offset < -base:
		return 0, errors.New("avloom: seek in memory: before the start")
	}
	m.offset = base + offset
	return m.offset, nil
}
