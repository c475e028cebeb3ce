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
// at once. Calls take turns in the order in which they arrive.
type VideoStream struct {
	feed
	plan    *plan.Video
	in      *graph.VideoInput // of the running graph; set by Open
	next    int64             // the time of the next frame in 1/FrameRate; guarded by the turn
	loan    *pipeline.Loan    // of the last call; guarded by the turn
	lending *lending          // of acquired pictures

	// scratch is memory for images that FFmpeg cannot read as they are. It is nil while a call uses
	// it, and before the first use.
	scratch atomic.Pointer[images.Scratch]
}

func newVideoStream(e *Encoder, index int, plan *plan.Video) *VideoStream {
	return &VideoStream{feed: newFeed(e, index), plan: plan, lending: &lending{stream: index, journal: e.journal}}
}

func (s *VideoStream) planned() graph.Stream { return graph.Stream{Video: s.plan} }

func (s *VideoStream) connect(in graph.OpenStream) { s.in = in.Video }

func (s *VideoStream) count(t *StreamStats) { t.Unreturned = s.lending.unreturned.Load() }

// AddFrames adds any number of frames, including none. It copies nothing: references to the frames
// are sent to another goroutine, which reads each frame once from f.Data. AddFrames returns when
// the last frame has been read. f.Data must not change until then. AddFrames blocks while the
// queues are full.
//
// If f.Data is no whole number of frames, the error is a *ConfigError, and no frame is accepted.
// When ctx ends, AddFrames waits for the frame that is being read and returns a *PartialError with
// the number of frames that were accepted.
func (s *VideoStream) AddFrames(ctx context.Context, f Frames) error {
	pictures, err := s.plan.Pictures(f.plan())
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, pictures, unsafe.SliceData(f.Data))
}

// AddImage adds one picture. It borrows the image until it returns, as AddFrames borrows its data.
// The size of the image must be that of the stream. Its bounds may begin anywhere.
//
// If the encoded video has an alpha channel, that of the image is kept, and the colours are
// straight (not multiplied by alpha). Otherwise the image is composited over black.
//
// RGBA, NRGBA, Gray, Gray16, YCbCr and opaque NYCbCrA images are read as they are where the video
// takes their form. RGBA64 and NRGBA64 images are read as they are where the video is RGB of more
// than 8 bits. Images of all other types are first drawn as R G B by image/draw, with 8 bits or,
// for such RGB video, with 16, into memory that the stream keeps for its next image. YCbCr has the
// meaning of JPEG (BT.601, full range), and each chroma sample stands for its whole block, as in
// image/color. Video of exactly that kind, such as mjpeg, gets the samples unchanged. Video in a
// pixel format that nothing can be converted to takes no images, except pal8, which takes
// *image.Paletted.
//
// An image of the standard library with fewer pixels than its Rect says is a *ConfigError. A panic
// of the image's own method At reaches the caller and leaves the stream as it was.
func (s *VideoStream) AddImage(ctx context.Context, img image.Image) error {
	form, err := s.imageForm()
	if err != nil {
		return err
	}
	scratch := s.scratch.Swap(nil)
	if scratch == nil {
		scratch = new(images.Scratch)
	}
	defer s.scratch.Store(scratch)
	picture, memory, err := images.Picture(img, s.plan.Config.Width, s.plan.Config.Height, form, scratch)
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, plan.Batch{First: picture, N: 1}, memory[:]...)
}

// imageForm returns the form that images get. Open has decided it.
func (s *VideoStream) imageForm() (images.Form, error) {
	if _, err := s.encoder.beginCall(); err != nil {
		return images.Form{}, err
	}
	defer s.encoder.endCall()
	return s.in.Form, nil
}

// End ends the stream: it gets no more frames. The other streams go on. A second End does nothing.
func (s *VideoStream) End() error {
	return s.end(func() { s.in.Source.End() })
}

// lend sends the pictures and waits until they have been read. memory points to the Go objects that
// hold the pixels; nil is memory of another kind.
func (s *VideoStream) lend(ctx context.Context, pictures plan.Batch, memory ...*byte) error {
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.endTurn()
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
	err = s.sendAll(ctx, pictures)
	if err == nil {
		err = awaitRead(ctx, loan, r)
	}
	accepted := loan.Recall()
	s.next += int64(accepted)
	if accepted == pictures.N {
		return nil
	}
	if err == nil { // the run has stopped and freed pictures that waited
		err = r.cause()
	}
	return r.callError(err, accepted)
}

// sendAll sends the pictures with their times.
func (s *VideoStream) sendAll(ctx context.Context, pictures plan.Batch) error {
	for i := range pictures.N {
		picture := pictures.Picture(i)
		picture.PTS = s.next + int64(i)
		if err := s.in.Source.Send(ctx, picture); err != nil {
			return err
		}
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
