package destination

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/internal/stopwatch"
	"github.com/avloom/avloom/pipeline"
)

// Destination is where a container is written: a file, a writer, or a connection.
//
// Write and Seek are called by one goroutine. Written, Writing, Activity, Err, Refuse and Wake may
// be called by any goroutine at any time.
type Destination struct {
	w      io.Writer           // the writer itself, or a userWriter that calls it
	raw    io.Writer           // the writer itself
	inside *pipeline.Callbacks // is told of calls of raw; nil: raw does not belong to the program
	seeker io.Seeker           // nil: the container is written from front to back
	user   *userWriter         // nil: raw is called directly
	file   io.Closer           // a file that CreateFile opened; nil: none, or closed
	stored StoredFile          // a file in a Store; nil: none, or ended

	connection *connection // nil: none
	folder     *folder     // of many files; nil: none

	url      string // of the file, for containers that FFmpeg reads again; "": none
	base     int64  // the seeker's offset at which the container begins
	position int64  // the offset in the container
	end      atomic.Int64
	calls    atomic.Int64 // calls of Write and Seek, begun and ended: odd during a call
	looks    atomic.Int64 // of Activity while the connection waits for its receiver
	writes   stopwatch.Watch

	mu  sync.Mutex
	err error // the first error of the writer
}

// NewWriter returns a Destination that writes to w. Close leaves w open. If w can seek, FFmpeg
// seeks in it, and the container begins at the present offset of w.
func NewWriter(w io.Writer) *Destination {
	d := &Destination{w: w, raw: w}
	d.seeker, d.base = seekable(w)
	return d
}

// NewStored returns a Destination that writes to a file in a Store. Close commits the file, and
// GiveUp discards it.
func NewStored(f StoredFile) *Destination {
	d := NewWriter(f)
	d.stored = f
	return d
}

// CanSeek says whether FFmpeg may go back in what it has written.
func (d *Destination) CanSeek() bool { return d.seeker != nil }

// URL returns the address at which FFmpeg can read the file again; "" if it cannot.
func (d *Destination) URL() string { return d.url }

// Written returns the size of the container in bytes: the furthest offset that was written.
func (d *Destination) Written() int64 { return d.end.Load() }

// Writing returns how long all calls of the writer took, a call that has not returned included.
func (d *Destination) Writing() time.Duration { return d.writes.Total() }

// Err returns the first error of the writer; nil if there was none.
func (d *Destination) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil && d.connection != nil {
		d.err = d.connection.broken()
	}
	return d.err
}

// fail keeps the first error of the writer, and returns it.
func (d *Destination) fail(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
	return d.err
}

// Close closes a file or a connection, and commits a file in a Store. It leaves a writer open.
func (d *Destination) Close() error {
	if d.user != nil {
		d.user.aside.End()
	}
	if d.connection != nil {
		return d.connection.Close()
	}
	switch {
	case d.stored != nil:
		defer func() { d.stored = nil }()
		return d.stored.Commit()
	case d.file != nil:
		defer func() { d.file = nil }()
		return d.file.Close()
	}
	return nil
}

// GiveUp closes a file or a connection that is still open, after a failure. A connection is cut:
// the other program does not receive the bytes by which a protocol marks a complete transfer. A
// file in a Store is discarded. A folder is given back; FFmpeg has closed its files.
func (d *Destination) GiveUp() {
	if d.stored != nil {
		d.stored.Discard()
		d.stored = nil
	}
	if d.connection != nil {
		d.connection.carrier.Interrupt()
	}
	if d.folder != nil {
		_ = d.folder.Store.Close() // nothing is written through it
		return
	}
	_ = d.Close() // a complete file or connection has been closed before
}
