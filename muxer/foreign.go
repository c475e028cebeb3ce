package muxer

import (
	"bytes"
	"io"
	"os"
	"reflect"

	"github.com/avloom/avloom/pipeline"
)

// foreign calls a writer of the caller's on a goroutine of its own. FFmpeg calls from C, and a writer
// that ends its goroutine (t.FailNow does) would leave FFmpeg in the middle of things.
type foreign struct {
	w      io.Writer
	seeker io.Seeker // nil: w is not sought
	aside  pipeline.Aside

	write, seek func() // made once, so that a call allocates nothing; the rest is what they take and return
	p           []byte
	offset      int64
	whence      int
	n           int
	at          int64
	err         error
}

// NewForeign is NewWriter for a writer of the caller's, which may do anything, calls that come back
// included: inside is told of each call of the writer.
func NewForeign(w io.Writer, inside *pipeline.Callbacks) *Destination {
	d := NewWriter(w)
	d.inside = inside
	if onlyWrites(w) {
		return d
	}
	f := &foreign{w: w, seeker: d.seeker, aside: pipeline.Aside{Callbacks: inside}}
	f.write = func() { f.n, f.err = f.w.Write(f.p) }
	f.seek = func() { f.at, f.err = f.seeker.Seek(f.offset, f.whence) }
	d.foreign = f
	if d.seeker != nil {
		d.seeker = f
	}
	return d
}

// onlyWrites says of some writers of the standard library, the most usual ones, that they do nothing
// else. They are called directly, which takes 10 µs less.
func onlyWrites(w io.Writer) bool {
	switch w.(type) {
	case *os.File, *bytes.Buffer:
		return true
	default:
		return reflect.TypeOf(w) == reflect.TypeOf(io.Discard)
	}
}

// Write is the writer's. That it panicked or ended its goroutine is an error.
func (f *foreign) Write(p []byte) (int, error) {
	f.p = p
	defer func() { f.p = nil }()
	if err := f.aside.Do(f.write); err != nil {
		return 0, err
	}
	return f.n, f.err
}

// Seek is the writer's, as Write is.
func (f *foreign) Seek(offset int64, whence int) (int64, error) {
	f.offset, f.whence = offset, whence
	if err := f.aside.Do(f.seek); err != nil {
		return 0, err
	}
	return f.at, f.err
}
