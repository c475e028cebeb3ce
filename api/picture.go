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

// Picture is memory of the encoder's, lent by Acquire to draw the next frame into. It has the
// stream's size, in the format VideoConfig.InputFormat. Whoever holds it gives it back with Commit
// or Discard; until then its memory is valid, also when the encoder has been closed, or when only
// Pix is still referred to.
type Picture struct {
	// Pix is the first plane, row by row. Its content is undefined at first. Nil once the picture has
	// been given back.
	Pix []byte
	// Stride is the distance between the rows of Pix, in bytes.
	Stride int
	// PTS is reserved. It must be 0.
	PTS time.Duration

	stream  *VideoStream
	input   pipeline.Input
	given   atomic.Bool // back
	cleanup runtime.Cleanup
}

// Acquire lends a picture to draw into, in memory that is recycled. Commit then hands it to the
// encoder, which takes it as it is where InputFormat is the format it encodes; otherwise it is
// converted, like the frames of AddFrames. Acquire does not wait, but for its turn. Of one stream,
// as many pictures can be lent at a time as WithQueueDepth says; one more gets ErrPicturesLent.
//
// A picture must be given back. One that is dropped instead keeps its memory for ever, since
// somebody may still draw into it, and counts as lent. The garbage collector finds it some time
// later, and then the logger gets a warning, and StreamStats.Unreturned counts it. Discard does
// nothing after Commit, so "defer p.Discard()" sees to it on all ways out of a function.
func (s *VideoStream) Acquire(ctx context.Context) (*Picture, error) {
	r, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer s.leave()
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

// Plane returns plane i, 0 being that of Pix, and the distance between its rows in bytes; nil where
// the format has no such plane, or the picture has been given back.
func (p *Picture) Plane(i int) (pix []byte, stride int) {
	if p.given.Load() || i < 0 || i >= len(p.input.Planes) || p.input.Planes[i] == nil {
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

// Commit hands a picture over as the stream's next frame. It consumes the picture in any case, and
// sets its Pix to nil. It blocks while the queues are full; where ctx ends first it returns a
// *PartialError. A picture that was given back before, or that belongs to another stream, is a
// *ConfigError; in the latter case it stays what it is.
func (s *VideoStream) Commit(ctx context.Context, p *Picture) error {
	if p == nil || p.stream != s {
		return s.refuse(
			&fault.ConfigError{
				Field:  "Picture",
				Reason: "is not of this stream; commit it to the stream that it was acquired from",
			},
		)
	}
	late := p.PTS
	if !p.giveBack() {
		return s.refuse(
			&fault.ConfigError{Field: "Picture", Reason: "has been committed or discarded before; acquire another one"},
		)
	}
	if late != 0 {
		p.input.Owned.Free()
		return s.refuse(&fault.ConfigError{Field: "Picture.PTS", Value: late, Reason: "is reserved; leave it 0"})
	}
	r, err := s.enter(ctx)
	if err != nil {
		p.input.Owned.Free()
		return err
	}
	defer s.leave()
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	return r.fed(s.in.Source.Send(ctx, p.input), 0)
}

// Discard gives the picture back unused. Of a picture that was given back before, it does nothing.
func (p *Picture) Discard() {
	if p.giveBack() {
		p.input.Owned.Free()
	}
}

// giveBack ends the loan. False: it has ended before.
func (p *Picture) giveBack() bool {
	if p.stream == nil || p.given.Swap(true) {
		return false
	}
	p.cleanup.Stop()
	p.Pix = nil
	p.stream.lending.end()
	return true
}
