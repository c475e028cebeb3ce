package api

import (
	"fmt"
	"sync/atomic"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/film"
)

// quota is how many frames Film.Draw feeds for a chunk. nil: there is no quota.
type quota struct {
	chunk    film.Chunk
	sent     func() // is called when a frame was handed over; nil: nobody is told
	exceeded atomic.Bool
}

// check returns an error if n more frames are too many.
func (q *quota) check(fed int64, n int) error {
	if q == nil || fed+int64(n) <= int64(q.chunk.Frames) {
		return nil
	}
	q.exceeded.Store(true)
	return q.tooMany()
}

// note notes that a frame was handed over to the encoder.
func (q *quota) note() {
	if q != nil && q.sent != nil {
		q.sent()
	}
}

func (q *quota) tooMany() error {
	return q.refuse("fed more frames than the %d that it was asked for, from frame %d on", q.chunk.Frames, q.chunk.From)
}

// checkFed returns an error if the frames that Draw has fed are too many or too few.
func (q *quota) checkFed(fed int64) error {
	switch {
	case q.exceeded.Load():
		return q.tooMany()
	case fed < int64(q.chunk.Frames):
		return q.refuse("fed %d of the %d frames that it was asked for, from frame %d on", fed, q.chunk.Frames, q.chunk.From)
	default:
		return nil
	}
}

func (q *quota) refuse(text string, values ...any) error {
	return &fault.ConfigError{Field: "Draw", Reason: fmt.Sprintf(text, values...)}
}
