package api

import (
	"context"
	"image"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/pipeline"
)

// VideoStream is a video stream of an Encoder. Its methods are safe for use by several goroutines
// at once: calls take turns, in the order in which they arrive.
type VideoStream struct {
	feed
	plan    *plan.Video
	in      *graph.VideoInput // of the running graph; set by Open
	loan    *pipeline.Loan    // of the last call, whose turn guards it
	lending *lending          // of pictures to draw into

	// scratch is where images are drawn whose form nobody knows; nil: a call has it, or none was
	// needed.
	scratch atomic.Pointer[images.Scratch]
}

func newVideoStream(e *Encoder, index int, plan *plan.Video) *VideoStream {
	return &VideoStream{feed: newFeed(e, index), plan: plan, lending: &lending{stream: index, journal: e.journal}}
}

func (s *VideoStream) planned() graph.Stream { return graph.Stream{Video: s.plan} }

func (s *VideoStream) connect(in graph.OpenStream) { s.in = in.Video }

func (s *VideoStream) count(t *StreamStats) { t.Unreturned = s.lending.unreturned.Load() }

// AddFrames adds any number of frames, also none. Of each frame only a reference travels; the
// pictures are read from f.Data by another goroutine, once, and AddFrames returns when the last has
// been read. Until then f.Data must not change. It blocks while the queues are full.
//
// Data that is no whole number of frames is a *ConfigError, and nothing of it is accepted. Where
// ctx ends, AddFrames waits for the frame that is being read, and returns a *PartialError with the
// number of frames that were accepted.
func (s *VideoStream) AddFrames(ctx context.Context, f Frames) error {
	pictures, err := s.plan.Pictures(f.batch())
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, pictures, unsafe.SliceData(f.Data))
}

// AddImage adds one picture, borrowed until AddImage returns, as with AddFrames. Its size must be
// the stream's; its bounds may begin anywhere.
//
// Where the encoded video has an alpha, the image's is kept, and the colours are straight, that is
// not multiplied by it. Where it has none, the image is composited over black.
//
// RGBA, NRGBA, Gray, Gray16, YCbCr and opaque NYCbCrA are read as they are where the video takes
// their form, and RGBA64 and NRGBA64 where it is RGB of more than 8 bits. All others, of whatever
// type, are turned into R G B first, as Go's image/draw does it, of 8 bits or, for such RGB, of 16,
// in memory that the stream keeps for its next image. YCbCr is that of JPEG (BT.601, full range),
// each chroma sample standing for its whole block, as in Go's image/color; where the encoded video
// is just that, as mjpeg is, the samples are encoded unchanged. Video in a format that nothing can
// be converted to takes no images, but for pal8, which takes *image.Paletted as it is.
//
// An image of the standard library that has fewer pixels than its Rect says is a *ConfigError. A
// panic of an image's own At is the caller's, and leaves the stream as it was.
func (s *VideoStream) AddImage(ctx context.Context, img image.Image) error {
	form, err := s.imageForm()
	if err != nil {
		return err
	}
	mine := s.scratch.Swap(nil)
	if mine == nil {
		mine = new(images.Scratch)
	}
	defer s.scratch.Store(mine)
	picture, memory, err := images.Picture(img, s.plan.Config.Width, s.plan.Config.Height, form, mine)
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, plan.Batch{First: picture, N: 1}, memory[:]...)
}

// imageForm is the form that images are to be given, which Open has found.
func (s *VideoStream) imageForm() (images.Form, error) {
	if _, err := s.encoder.enter(); err != nil {
		return images.Form{}, err
	}
	defer s.encoder.leave()
	return s.in.Form, nil
}

// End says that no more frames come here. The other streams go on. A second End does nothing.
func (s *VideoStream) End() error {
	return s.end(func() { s.in.Source.End() })
}

// lend sends the pictures, which lie in the Go objects of these pointers (nil: not in Go's memory),
// and waits until they have been read.
func (s *VideoStream) lend(ctx context.Context, pictures plan.Batch, memory ...*byte) error {
	r, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	if pictures.N == 0 {
		return nil
	}
	if pictures.Check != nil {
		if err := pictures.Check(); err != nil {
			return err
		}
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	for _, m := range memory {
		if m != nil {
			pinner.Pin(m)
		}
	}
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	loan := s.newLoan(pictures.N)
	pictures.First.Loan = loan
	for i := range pictures.N {
		if err := s.in.Source.Send(ctx, pictures.At(i)); err != nil {
			return r.fed(err, loan.Recall())
		}
	}
	select {
	case <-loan.Done():
	case <-ctx.Done():
	case <-r.Done():
	}
	if accepted := loan.Recall(); accepted < pictures.N {
		return r.fed(context.Cause(ctx), accepted)
	}
	return nil
}

// newLoan returns a loan of n pictures: the last one again, if it is over.
func (s *VideoStream) newLoan(n int) *pipeline.Loan {
	if s.loan == nil || !s.loan.Renew(n) {
		s.loan = pipeline.NewLoan(n)
	}
	return s.loan
}
