package api

import (
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fflog"
)

// lending counts the pictures of a stream that callers have. It lies apart from the stream, because
// the run reads it, and nothing that a run holds leads back to the encoder and its streams.
type lending struct {
	stream  int
	journal fflog.Journal

	lent       atomic.Int64 // acquired and not given back
	unreturned atomic.Int64 // of these, how many never will be: they were dropped
}

// begin begins a loan, of so many at a time at most.
func (l *lending) begin(most int) error {
	if l.lent.Add(1) <= int64(most) {
		return nil
	}
	l.lent.Add(-1)
	if n := l.unreturned.Load(); n > 0 {
		return fmt.Errorf("%w; %d of stream %d were dropped without either, and stay lent", ErrPicturesLent, n, l.stream)
	}
	return ErrPicturesLent
}

// end ends a loan.
func (l *lending) end() { l.lent.Add(-1) }

// lose is called for a picture that became garbage without Commit or Discard. A slice of its pixels
// may be in use all the same, so its memory is neither freed nor lent again, and it stays lent:
// that bounds how much can be lost.
func (l *lending) lose() {
	l.unreturned.Add(1)
	astiavx.LoseFrame()
	l.journal.WarnApart(
		"a picture was dropped without Commit or Discard; its memory is lost, and it counts as lent",
		zap.Int("stream", l.stream),
	)
}
