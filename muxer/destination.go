package muxer

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/stopwatch"
	"github.com/avloom/avloom/pipeline"
)

var _ astiavx.Output = (*Destination)(nil)

// Destination is where a container goes: a file, a writer, or a connection.
type Destination struct {
	w       io.Writer
	foreign *foreign            // calls w; nil: it is called here
	inside  *pipeline.Callbacks // told of calls of w; nil: it is ours
	seeker  io.Seeker           // nil: written front to back
	file    *os.File            // nil: no file of ours; a writer of the caller's stays open

	connection *connection // nil: none

	url      string // of the file, for containers that read it again; "": none
	base     int64  // where in the seeker the container begins
	position int64
	end      atomic.Int64 // the furthest position written, which is the size
	calls    atomic.Int64 // of the writer, begun and ended: odd while one is under way
	writes   stopwatch.Watch

	mu  sync.Mutex
	err error // the first error of the writer
}

// CreateFile creates a file, or empties one that is there.
func CreateFile(path string) (*Destination, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	d := NewWriter(f)
	d.file = f
	if absolute, err := filepath.Abs(path); err == nil {
		d.url = "file:" + absolute
	}
	return d, nil
}

// FileShape returns a Destination that stands for the file at path as CreateFile would give it, for Try.
func FileShape(path string) *Destination {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // a pipe, a terminal
		return &Destination{}
	}
	return &Destination{seeker: nowhere{}, url: "file:" + path}
}

// NewWriter returns a Destination that writes to w. Where w can seek, it is sought, and the container begins at its present offset.
func NewWriter(w io.Writer) *Destination {
	d := &Destination{w: w}
	seeker, ok := w.(io.Seeker)
	if !ok || opensForAppend(w) {
		return d
	}
	base, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil || base < 0 {
		return d
	}
	d.seeker, d.base = seeker, base
	return d
}

// opensForAppend says whether w is a file that writes at its end wherever it was sought to.
func opensForAppend(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var flags int
	err = conn.Control(func(fd uintptr) { flags, _ = unix.FcntlInt(fd, unix.F_GETFL, 0) })
	return err == nil && flags&unix.O_APPEND != 0
}

// CanSeek says whether a container may go back to mend what it wrote.
func (d *Destination) CanSeek() bool { return d.seeker != nil }

// Written returns the size of what was written. It can be called at any time.
func (d *Destination) Written() int64 { return d.end.Load() }

// Writing returns how long calls of the writer took, the one that goes on included. It can be called at any time.
func (d *Destination) Writing() time.Duration { return d.writes.Total() }

// bufferSize is how much FFmpeg collects before it calls Write: so many whole packets, where there are packets.
func (d *Destination) bufferSize() int {
	if d.connection == nil || d.connection.packetSize == 0 {
		return ioBufferSize
	}
	size := d.connection.packetSize
	return max(ioBufferSize/size, 1) * size
}

// GiveUp closes a file or a connection that has not been closed, without what a protocol says at the end of something complete.
func (d *Destination) GiveUp() {
	if d.connection != nil {
		d.connection.carrier.Interrupt()
	}
	_ = d.Close() // what was to be kept has been closed before
}

// SameFile says whether two paths lead to one file that exists, by whatever links.
func SameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Close closes a file or a connection. A writer stays open.
func (d *Destination) Close() error {
	if d.foreign != nil {
		d.foreign.aside.End()
	}
	if d.connection != nil {
		return d.connection.Close()
	}
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	return err
}

// Write is what FFmpeg writes with.
func (d *Destination) Write(p []byte) (_ int, err error) {
	defer d.enter().leave(&err)
	if err := d.failure(); err != nil {
		return 0, err
	}
	n, err := d.write(p)
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

func (d *Destination) write(p []byte) (int, error) {
	d.writes.Begin()
	defer d.writes.End()
	if d.foreign != nil {
		return d.foreign.Write(p)
	}
	return d.w.Write(p)
}

// Seek is what FFmpeg seeks with.
func (d *Destination) Seek(offset int64, whence int) (_ int64, err error) {
	defer d.enter().leave(&err)
	if err := d.failure(); err != nil {
		return 0, err
	}
	if whence == astiavx.SeekSize {
		return d.size()
	}
	if whence == io.SeekStart {
		offset += d.base
	}
	at, err := d.seeker.Seek(offset, whence)
	if err == nil && (at < d.base || whence == io.SeekStart && at != offset) {
		err = fmt.Errorf("the writer says that it is at %d now", at)
	}
	if err != nil {
		return 0, d.fail(fmt.Errorf("seek to %d: %w", offset, err))
	}
	d.position = at - d.base
	return d.position, nil
}

func (d *Destination) size() (int64, error) {
	end, err := d.seeker.Seek(0, io.SeekEnd)
	if err == nil && end < d.base {
		err = fmt.Errorf("the writer says that it ends at %d", end)
	}
	if err == nil {
		_, err = d.seeker.Seek(d.base+d.position, io.SeekStart)
	}
	if err != nil {
		return 0, d.fail(fmt.Errorf("seek: %w", err))
	}
	return end - d.base, nil
}

func (d *Destination) fail(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
	return d.err
}

func (d *Destination) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil && d.connection != nil {
		d.err = d.connection.broken()
	}
	return d.err
}

// nowhere can be sought and keeps nothing.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error)             { return len(p), nil }
func (nowhere) Seek(offset int64, _ int) (int64, error) { return offset, nil }

// rehearsal returns a Destination of the same shape that keeps nothing.
func (d *Destination) rehearsal() *Destination {
	r := &Destination{w: nowhere{}, url: d.url}
	if d.CanSeek() {
		r.seeker = nowhere{}
	}
	return r
}
