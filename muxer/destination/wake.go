package destination

import (
	"errors"
	"io"
	"time"

	"github.com/avloom/avloom/pipeline"
)

var errWoken = errors.New("the run stopped while the destination was being written to")

// Activity says whether a call of the writer has begun and not returned. A connection that is kept
// for its receiver has not stalled.
func (d *Destination) Activity() pipeline.Activity {
	if d.connection != nil && d.connection.waits() {
		return pipeline.Activity{Doing: "waiting until the receiver has handed on everything", Beats: d.looks.Add(1)}
	}
	a := pipeline.Activity{Beats: d.calls.Load()}
	if a.Beats%2 == 1 {
		a.Doing = "writing to the destination"
	}
	return a
}

// Refuse makes all later calls of Write and Seek fail. It does not touch the destination.
func (d *Destination) Refuse() { _ = d.fail(errWoken) }

// Wake makes a blocked call of the writer return, if the writer offers a way: a deadline, or else
// Close. All later calls of Write and Seek fail at once.
func (d *Destination) Wake() {
	// Refuse comes before the check of calls. A call that begins after the check finds the error and
	// does not reach the writer; a call that began earlier is seen by the check.
	d.Refuse()
	if d.connection != nil {
		d.connection.carrier.Interrupt()
		return
	}
	if d.calls.Load()%2 == 0 {
		return
	}
	d.inside.Call(d.wakeWriter)
}

// wakeWriter sets a deadline that has passed, or closes the writer. The blocked call reports what
// went wrong.
func (d *Destination) wakeWriter() {
	if w, ok := d.raw.(interface{ SetWriteDeadline(time.Time) error }); ok {
		err := w.SetWriteDeadline(time.Now())
		if err == nil {
			return
		}
	}
	if w, ok := d.raw.(io.Closer); ok {
		_ = w.Close()
	}
}
