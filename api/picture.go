package api

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/pipeline"
)

// Picture is memory that Acquire lends, to draw the next frame into. It has the size of the
// stream's frames and the format VideoConfig.InputFormat. Return it with Commit or Discard. Its
// memory stays valid until then, even after the encoder was closed, and even if only Pix still
// refers to it.
type Picture struct {
	// Pix is the first plane, row by row. Its content is undefined at first. It is nil after the
	// picture was returned.
	Pix []byte
	// Stride is the distance between the rows of Pix, in bytes.
	Stride int
	// PTS is when the picture is shown, with VideoConfig.VariableRate; otherwise it must be 0. The
	// times rise from frame to frame, as in Frames.PTS.
	PTS time.Duration

	stream   *VideoStream
	input    pipeline.Input
	returned atomic.Bool
	cleanup  runtime.Cleanup
}

// Acquire lends a picture to draw into. Its memory is recycled. Commit hands the picture to the
// encoder, which takes it without conversion if InputFormat is the format that it encodes;
// otherwise the picture is converted, as the frames of AddFrames are. Acquire only waits for its
// turn. At most WithQueueDepth pictures of a stream can be lent at a time; for one more, Acquire
// returns ErrPicturesLent.
//
// Return every picture. If a picture is dropped instead, its memory is lost, because the caller may
// still refer to its pixels, and it stays lent. When the garbage collector finds it, the logger
// gets a warning, and StreamStats.Unreturned counts it. Discard does nothing after Commit, so
// "defer p.Discard()" returns the picture on all paths of a function.
func (s *VideoStream) Acquire(ctx context.Context) (*Picture, error) {
	r, err := s.beginTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer s.endTurn()
	if err := s.lending.begin(s.encoder.settings.QueueDepth); err != nil {
		return nil, err
	}
	frame, err := s.in.Blanks.Get()
	if err != nil {
		s.lending.end()
		if cause := r.cause(); cause != nil {
			return nil, cause
		}
		return nil, err
	}
	return newPicture(s, frame), nil
}

func newPicture(s *VideoStream, frame pipeline.Frame) *Picture {
	p := &Picture{stream: s, input: pipeline.Input{Format: frame.PixelFormat(), Owned: frame}}
	strides := frame.Linesize()
	for i := range p.input.Planes {
		if p.input.Planes[i] = astiavx.Plane(frame.Frame, i); p.input.Planes[i] != nil {
			p.input.Strides[i] = strides[i]
		}
	}
	p.Pix, p.Stride = p.Plane(0)
	p.cleanup = runtime.AddCleanup(p, (*lending).lose, s.lending)
	return p
}

// Plane returns plane i and the number of bytes between its rows. Plane 0 is Pix. It returns nil if
// the format has no such plane, or after the picture was returned.
func (p *Picture) Plane(i int) (pix []byte, stride int) {
	if p.returned.Load() || i < 0 || i >= len(p.input.Planes) || p.input.Planes[i] == nil {
		return nil, 0
	}
	rows := p.stream.plan.Config.Height
	info := astiavx.DescribePixelFormat(p.input.Format)
	switch {
	case info.Palette && i == 1:
		return unsafe.Slice((*byte)(p.input.Planes[i]), images.PaletteSize), images.PaletteSize
	case i == 1 || i == 2:
		rows = (rows + 1<<info.Log2ChromaHeight - 1) >> info.Log2ChromaHeight
	}
	stride = p.input.Strides[i]
	return unsafe.Slice((*byte)(p.input.Planes[i]), rows*stride), stride
}

// Commit hands a picture over as the next frame of the stream. It consumes the picture even when it
// fails, and sets its Pix to nil. It blocks while the queues are full, unless VideoConfig.OnFull is
// OnFullDrop: then it drops a picture for which there is no room, and returns nil. When ctx ends
// first, it returns a *PartialError. A picture that was returned before is a *ConfigError. So is a
// picture of another stream, which stays lent.
func (s *VideoStream) Commit(ctx context.Context, p *Picture) error {
	if p == nil || p.stream != s {
		reason := "is not of this stream; commit it to the stream that it was acquired from"
		return s.refuse(&fault.ConfigError{Field: "Picture", Reason: reason})
	}
	pts := p.PTS
	if !p.markReturned() {
		reason := "has been committed or discarded before; acquire another one"
		return s.refuse(&fault.ConfigError{Field: "Picture", Reason: reason})
	}
	if pts != 0 && !s.times.variable {
		p.input.Owned.Free()
		const reason = "is a time, but the stream has a constant rate; leave it 0, or set VideoConfig.VariableRate"
		return s.refuse(&fault.ConfigError{Field: "Picture.PTS", Value: pts, Reason: reason})
	}
	r, err := s.beginTurn(ctx)
	if err != nil {
		p.input.Owned.Free()
		return err
	}
	defer s.drops.report()
	defer s.endTurn()
	return s.sendOwned(ctx, r, p.input, pts)
}

// sendOwned sends a picture of the stream's own, which is freed if it is not sent.
func (s *VideoStream) sendOwned(ctx context.Context, r *run, picture pipeline.Input, pts time.Duration) error {
	var times []time.Duration
	if s.times.variable {
		times = []time.Duration{pts}
	}
	if err := fault.First(s.quota.check(s.times.frames, 1), s.times.check("Picture.PTS", times)); err != nil {
		picture.Owned.Free()
		return err
	}
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	if !s.in.Room.Enter() {
		picture.Owned.Free()
		s.drop(pts)
		return nil
	}
	at := s.times.position
	picture.PTS, _ = at.next(&s.times, pts)
	picture.Accepted = time.Now()
	picture.Orders = s.orders.take(0)
	err := s.in.Source.Send(ctx, picture)
	if err != nil {
		s.orders.confirm(0)
	} else {
		s.orders.confirm(1)
		s.times.accept(times, 1)
		s.quota.note()
		s.drops.accept()
	}
	return r.callError(err, 0)
}

// Discard returns the picture unused. If the picture was returned before, Discard does nothing.
func (p *Picture) Discard() {
	if p.markReturned() {
		p.input.Owned.Free()
	}
}

// markReturned ends the loan. It returns false if the loan has ended before.
func (p *Picture) markReturned() bool {
	if p.stream == nil || p.returned.Swap(true) {
		return false
	}
	p.cleanup.Stop()
	p.Pix = nil
	p.stream.lending.end()
	return true
}
