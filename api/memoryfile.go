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
	data []byte
	at   int64
}

var _ io.WriteSeeker = (*MemoryFile)(nil)

// Bytes returns the content. It is valid until the next Write.
func (m *MemoryFile) Bytes() []byte { return m.data }

// mostGap is how much a Write may leave out behind the end. No container leaves anything out, and
// all of it takes memory.
const mostGap = 1 << 30

// Write writes at the current offset and extends the file where needed. What a Seek beyond the end
// left out reads as zeros; more than 1 GiB of these is an error, and nothing is written.
func (m *MemoryFile) Write(p []byte) (int, error) {
	at := int(m.at)
	if gap := at - len(m.data); gap > mostGap {
		return 0, fmt.Errorf(
			"avloom: write to memory: there would be %d bytes of nothing before it; seek to at most %d bytes behind the end",
			gap,
			mostGap,
		)
	}
	end, ok := checked.Sum(at, len(p))
	if !ok {
		return 0, fmt.Errorf("avloom: write to memory: %d bytes at %d are beyond what can be addressed", len(p), at)
	}
	if grow := end - len(m.data); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	copy(m.data[at:], p)
	m.at = int64(end)
	return len(p), nil
}

// Seek sets the offset of the next Write. One beyond the end is fine.
func (m *MemoryFile) Seek(offset int64, whence int) (int64, error) {
	var base int64
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = m.at
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
	m.at = base + offset
	return m.at, nil
}
