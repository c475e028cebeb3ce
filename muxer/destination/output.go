package destination

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

var _ astiavx.Output = (*Destination)(nil)

// Write writes p to the destination. FFmpeg calls it.
func (d *Destination) Write(p []byte) (_ int, err error) {
	d.calls.Add(1)
	defer d.endCall(&err)
	if err := d.Err(); err != nil {
		return 0, err
	}
	n, err := d.callWriter(p)
	switch {
	case err != nil:
	case n < 0 || n > len(p):
		err = fmt.Errorf("%w, or a wrong count: %d of %d bytes", io.ErrShortWrite, n, len(p))
	case n < len(p):
		err = fmt.Errorf("%w: %d of %d bytes", io.ErrShortWrite, n, len(p))
	}
	d.position += int64(min(max(n, 0), len(p)))
	d.end.Store(max(d.end.Load(), d.position))
	if err != nil {
		return 0, d.fail(err)
	}
	return n, nil
}

// callWriter measures how long a call of the writer takes.
func (d *Destination) callWriter(p []byte) (int, error) {
	d.writes.Begin()
	defer d.writes.End()
	return d.w.Write(p)
}

// endCall ends a call of Write or Seek. A panic of the writer must not unwind the C code that
// called Write, so it becomes an error.
func (d *Destination) endCall(err *error) {
	if v := recover(); v != nil {
		*err = d.fail(&pipeline.PanicError{Value: v, Stack: debug.Stack()})
	}
	d.calls.Add(1)
}

// Seek moves to an offset of the container, or returns its size if whence is astiavx.SeekSize.
// FFmpeg calls it.
func (d *Destination) Seek(offset int64, whence int) (_ int64, err error) {
	d.calls.Add(1)
	defer d.endCall(&err)
	if err := d.Err(); err != nil {
		return 0, err
	}
	if whence == astiavx.SeekSize {
		return d.size()
	}
	if whence == io.SeekStart {
		offset += d.base
	}
	now, err := d.seeker.Seek(offset, whence)
	if err == nil && (now < d.base || whence == io.SeekStart && now != offset) {
		err = fmt.Errorf("the writer reports the offset %d after that", now)
	}
	if err != nil {
		return 0, d.fail(fmt.Errorf("seek to %d: %w", offset, err))
	}
	d.position = now - d.base
	return d.position, nil
}

// size returns the size of the container, and leaves the offset as it was.
func (d *Destination) size() (int64, error) {
	end, err := d.seeker.Seek(0, io.SeekEnd)
	if err == nil && end < d.base {
		err = fmt.Errorf("the writer reports its end at the offset %d, before the container", end)
	}
	if err == nil {
		_, err = d.seeker.Seek(d.base+d.position, io.SeekStart)
	}
	if err != nil {
		return 0, d.fail(fmt.Errorf("seek: %w", err))
	}
	return end - d.base, nil
}
