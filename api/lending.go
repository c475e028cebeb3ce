package api

import (
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fflog"
)

// lending counts the pictures of a stream that are lent to callers. It is apart from the stream,
// because Picture's cleanup refers to it, and a cleanup must not keep the stream alive.
type lending struct {
	stream  int
	journal fflog.Journal

	lent       atomic.Int64 // pictures that were acquired and not returned
	unreturned atomic.Int64 // of these, the pictures that became garbage
}

// begin begins a loan. At most this number of pictures may be lent at a time.
func (l *lending) begin(limit int) error {
	if l.lent.Add(1) <= int64(limit) {
		return nil
	}
	l.lent.Add(-1)
	if n := l.unreturned.Load(); n > 0 {
		return fmt.Errorf("%w; %d pictures of stream %d were dropped without either and stay lent",
			ErrPicturesLent, n, l.stream)
	}
	return ErrPicturesLent
}

// end ends a loan.
func (l *lending) end() { l.lent.Add(-1) }

// lose is called for a picture that became garbage without Commit or Discard. A slice of its pixels
// may still be in use. Therefore its memory is neither freed nor lent again, and the picture stays
// lent, which bounds how much memory can be lost.
func (l *lending) lose() {
	l.unreturned.Add(1)
	astiavx.LoseFrame()
	l.journal.WarnAsync(
		"a picture was dropped without Commit or Discard; its memory is lost, and it counts as lent",
		zap.Int("stream", l.stream),
	)
}
