package api

import (
	"sync/atomic"
	"time"
)

// filmProgress counts the frames of a film.
type filmProgress struct {
	tell    func(FilmProgress) // nil: nobody is told
	total   int
	start   time.Time
	encoded atomic.Int64 // by this call
	resumed atomic.Int64
}

// add counts a frame that was encoded.
func (p *filmProgress) add() { p.encoded.Add(1) }

// resume counts the frames of a chunk that an earlier call has encoded.
func (p *filmProgress) resume(frames int) { p.resumed.Add(int64(frames)) }
