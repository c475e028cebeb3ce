package api

import (
	"context"
	"image"
	"runtime"
	"time"

	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/pipeline"
)

// batch are the pictures of one call.
type batch struct {
	plan.Batch
	times  string   // the name by which the caller knows the times of the pictures
	memory [3]*byte // the Go objects that hold the pixels; nil: none, or memory of another kind

	// The image that becomes the only picture, with its memory; nil: the pictures are there already.
	image   image.Image
	form    images.Form
	scratch *images.Scratch
}

// prepare makes the pictures ready to be sent.
func (b *batch) prepare(pinner *runtime.Pinner) {
	if b.image != nil {
		b.First, b.memory = images.Picture(b.image, b.form, b.scratch)
		b.image = nil
	}
	for i, m := range b.memory {
		if m != nil {
			pinner.Pin(m)
			b.memory[i] = nil
		}
	}
}

// lend sends the pictures and waits until they have been read.
func (s *VideoStream) lend(ctx context.Context, b *batch) error {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	if s.drops == nil {
		b.prepare(&pinner)
	}
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.drops.report()
	defer s.endTurn()
	if b.N == 0 {
		return nil
	}
	if err := s.checkBatch(b); err != nil {
		return err
	}
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	taken := 0
	if s.drops == nil {
		taken, err = s.lendSome(ctx, r, b, 0, b.N)
	} else {
		taken, err = s.offerEach(ctx, r, b, &pinner)
	}
	if taken == b.N {
		return nil
	}
	return r.callError(err, taken)
}

// checkBatch checks what is known only in the turn of the call.
func (s *VideoStream) checkBatch(b *batch) error {
	if err := s.quota.check(s.times.frames, b.N); err != nil {
		return err
	}
	if err := s.times.check(b.times, b.PTS); err != nil || b.Check == nil {
		return err
	}
	return b.Check()
}

// offerEach offers the pictures one after another, each when the one before has been read. It
// returns how many were read or dropped, and why these are not all.
func (s *VideoStream) offerEach(ctx context.Context, r *run, b *batch, pinner *runtime.Pinner) (taken int, err error) {
	for i := range b.N {
		if err := cut(ctx, r); err != nil {
			return i, err
		}
		if !s.in.Room.Enter() {
			s.drop(timeOf(b.PTS, i))
			continue
		}
		s.prepareEntered(b, pinner)
		read, err := s.lendSome(ctx, r, b, i, 1)
		if read == 0 {
			return i, err
		}
		s.drops.accept()
	}
	return b.N, nil
}

// cut returns why a call must end early: its context has ended, or the run has stopped.
func cut(ctx context.Context, r *run) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.cause()
}

// drop drops the next frame, for which the room has no place. pts counts if the frames carry their
// own times.
func (s *VideoStream) drop(pts time.Duration) {
	s.times.skip(pts)
	s.in.Source.Dropped()
	s.drops.drop()
}

// prepareEntered prepares pictures that have a place. If an image's own code panics, it gives the
// place back.
func (s *VideoStream) prepareEntered(b *batch, pinner *runtime.Pinner) {
	prepared := false
	defer func() {
		if !prepared {
			s.in.Room.Leave()
		}
	}()
	b.prepare(pinner)
	prepared = true
}

// lendSome sends n pictures of a batch, beginning with number from, and waits until they have been
// read. It returns how many were read, and why these are not all.
func (s *VideoStream) lendSome(ctx context.Context, r *run, b *batch, from, n int) (read int, err error) {
	loan := s.newLoan(n)
	b.First.Loan = loan
	err = s.send(ctx, b, from, n)
	if err == nil {
		err = awaitRead(ctx, loan, r)
	}
	read = loan.Recall()
	s.orders.confirm(read)
	s.times.accept(b.PTS[min(from, len(b.PTS)):], read)
	if err == nil { // the run may have stopped and freed pictures that waited
		err = r.cause()
	}
	return read, err
}

// send sends pictures with their times.
func (s *VideoStream) send(ctx context.Context, b *batch, from, n int) error {
	at := s.times.position
	for i := from; i < from+n; i++ {
		picture := b.Picture(i)
		picture.PTS, _ = at.next(&s.times, timeOf(b.PTS, i))
		picture.Accepted = time.Now()
		picture.Orders = s.orders.take(i - from)
		if err := s.in.Source.Send(ctx, picture); err != nil {
			return err
		}
		s.times.reach(at)
		s.quota.note()
	}
	return nil
}

// awaitRead waits until all pictures of a loan have been read. If ctx or the run ends first, it
// returns the reason.
func awaitRead(ctx context.Context, loan *pipeline.Loan, r *run) error {
	select {
	case <-loan.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-r.Done():
		return r.cause()
	}
}

// newLoan returns a loan of n pictures. It uses the object of the last loan again if that has
// ended.
func (s *VideoStream) newLoan(n int) *pipeline.Loan {
	if s.loan == nil || !s.loan.Renew(n) {
		s.loan = pipeline.NewLoan(n)
	}
	return s.loan
}
