package destination

import (
	"bytes"
	"io"
	"os"
	"reflect"

	"github.com/avloom/avloom/pipeline"
)

// userWriter calls a writer of the program on a goroutine other than FFmpeg's. FFmpeg calls from C:
// a writer that ends its goroutine (t.FailNow does) would leave FFmpeg in the middle of a call.
type userWriter struct {
	w      io.Writer
	seeker io.Seeker // nil: w cannot seek
	aside  pipeline.Aside

	// The calls are made once, so that none allocates. The other fields are their arguments and
	// results.
	write, seek func()
	p           []byte
	offset      int64
	whence      int
	n           int
	position    int64
	err         error
}

// NewUserWriter is NewWriter for a writer of the program, which may panic, end its goroutine, or
// call the encoder that calls it. inside is told of each call of the writer.
func NewUserWriter(w io.Writer, inside *pipeline.Callbacks) *Destination {
	d := NewWriter(w)
	d.inside = inside
	if isHarmless(w) {
		return d
	}
	u := &userWriter{w: w, seeker: d.seeker, aside: pipeline.Aside{Callbacks: inside}}
	u.write = func() { u.n, u.err = u.w.Write(u.p) }
	u.seek = func() { u.position, u.err = u.seeker.Seek(u.offset, u.whence) }
	d.user, d.w = u, u
	if d.seeker != nil {
		d.seeker = u
	}
	return d
}

// isHarmless says whether w is one of the usual writers of the standard library, which only write.
// They are called directly, which takes 10 µs less for each call.
func isHarmless(w io.Writer) bool {
	switch w.(type) {
	case *os.File, *bytes.Buffer:
		return true
	default:
		return reflect.TypeOf(w) == reflect.TypeOf(io.Discard)
	}
}

// Write calls the writer. It returns an error if the writer panics or ends its goroutine.
func (u *userWriter) Write(p []byte) (int, error) {
	u.p = p
	defer func() { u.p = nil }()
	if err := u.aside.Do(u.write); err != nil {
		return 0, err
	}
	return u.n, u.err
}

// Seek calls the writer's Seek, with the same errors as Write.
func (u *userWriter) Seek(offset int64, whence int) (int64, error) {
	u.offset, u.whence = offset, whence
	if err := u.aside.Do(u.seek); err != nil {
		return 0, err
	}
	return u.position, u.err
}
