package muxer

import (
	"errors"
	"io"
	"runtime/debug"
	"time"

	"github.com/avloom/avloom/pipeline"
)

var errWoken = errors.New("the run stopped while the destination was being written to")

// enter begins a call of the writer.
func (d *Destination) enter() *Destination {
	d.calls.Add(1)
	return d
}

// leave ends a call of the writer. A panic of the writer's must not unwind through FFmpeg, so it becomes an error.
func (d *Destination) leave(err *error) {
	if v := recover(); v != nil {
		*err = d.fail(&pipeline.PanicError{Value: v, Stack: debug.Stack()})
	}
	d.calls.Add(1)
}

// activity says whether a call of the writer is under way.
func (d *Destination) activity() pipeline.Activity {
	a := pipeline.Activity{Beats: d.calls.Load()}
	if a.Beats%2 == 1 {
		a.Doing = "writing to the destination"
	}
	return a
}

// Refuse makes all calls of the writer from now on fail.
func (d *Destination) Refuse() { _ = d.fail(errWoken) }

// Wake makes a call of the writer that blocks return, where the writer has a way: a deadline, or else being closed. Calls after it fail at
// once. It is safe to be called from any goroutine.
func (d *Destination) Wake() {
	d.Refuse() // before the look at the calls: whichever comes later sees the other
	if d.connection != nil {
		d.connection.carrier.Interrupt()
		return
	}
	if d.calls.Load()%2 == 0 {
		return
	}
	d.inside.Call(d.wakeWriter)
}

func (d *Destination) wakeWriter() {
	if w, ok := d.w.(interface{ SetWriteDeadline(time.Time) error }); ok && w.SetWriteDeadline(time.Now()) == nil {
		return
	}
	if w, ok := d.w.(io.Closer); ok {
		_ = w.Close() // the call that this wakes says what went wrong
	}
}
