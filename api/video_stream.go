package api

import (
	"context"
	"image"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/avloom/avloom/internal/fault"
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
	times   timeline          // of the frames
	loan    *pipeline.Loan    // of the last call; guarded by the turn
	lending *lending          // of acquired pictures
	drops   *drops            // nil: calls wait instead of dropping frames
	orders  orders
	quota   *quota // of a film's chunk; nil: any number of frames

	// scratch is memory for images that FFmpeg cannot read as they are. It is nil while a call uses
	// it, and before the first use.
	scratch atomic.Pointer[images.Scratch]
}

func newVideoStream(e *Encoder, index int, planned *plan.Video) *VideoStream {
	s := &VideoStream{feed: newFeed(e, index), plan: planned, lending: &lending{stream: index, journal: e.journal}}
	s.times.variable = planned.Config.VariableRate
	if planned.Config.OnFull == plan.OnFullDrop {
		s.drops = &drops{stream: index, places: e.settings.PictureDepth, journal: e.journal}
	}
	return s
}

func (s *VideoStream) planned() graph.Stream { return graph.Stream{Video: s.plan} }

func (s *VideoStream) connect(in graph.OpenStream) {
	s.in = in.Video
	s.times.times = in.Video.Times
}

func (s *VideoStream) count(t *StreamStats) {
	t.Unreturned = s.lending.unreturned.Load()
	t.Moved = s.times.moved.Load()
	if s.times.variable {
		t.Fed = s.in.Times.Duration(s.times.end.Load())
	}
	if s.drops != nil {
		t.Dropped = s.drops.total.Load()
	}
}

func (s *VideoStream) finish() { s.drops.finish() }

// AddFrames adds any number of frames, including none. It copies nothing: references to the frames
// are sent to another goroutine, which reads each frame once from f.Data. AddFrames returns when
// the last frame has been read. f.Data must not change until then. AddFrames blocks while the
// queues are full, unless VideoConfig.OnFull is OnFullDrop.
//
// Strides and BottomUp describe frames with padding and upside down, which are not copied either.
//
// If f.Data is no whole number of frames, a stride cannot be that of the layout, or a time does not
// rise or is more than the containers hold, the error is a *ConfigError, and no frame is accepted.
// When ctx ends, AddFrames waits for the frame that is being read and returns a *PartialError with
// the number of frames that were accepted, or dropped as OnFullDrop says.
func (s *VideoStream) AddFrames(ctx context.Context, f Frames) error {
	pictures, err := s.plan.Pictures(f.plan())
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, &batch{Batch: pictures, times: "PTS", memory: [3]*byte{unsafe.SliceData(f.Data)}})
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
//
// With VideoConfig.VariableRate, call AddImageAt instead. With OnFullDrop, an image that is dropped
// is checked, but its pixels are not read.
func (s *VideoStream) AddImage(ctx context.Context, img image.Image) error {
	if s.times.variable {
		const reason = "says that every frame carries its own time, and AddImage has none; call AddImageAt"
		return s.refuse(&fault.ConfigError{Field: "VariableRate", Value: true, Reason: reason})
	}
	return s.addImage(ctx, img)
}

// AddImageAt adds one picture, as AddImage does, which is shown at pts. VideoConfig.VariableRate
// must be set. The times rise from frame to frame, as in Frames.PTS.
func (s *VideoStream) AddImageAt(ctx context.Context, img image.Image, pts time.Duration) error {
	if !s.times.variable {
		const reason = "is a time, but the stream has a constant rate; call AddImage, or set VideoConfig.VariableRate"
		return s.refuse(&fault.ConfigError{Field: "pts", Value: pts, Reason: reason})
	}
	return s.addImage(ctx, img, pts)
}

func (s *VideoStream) addImage(ctx context.Context, img image.Image, pts ...time.Duration) error {
	form, err := s.imageForm()
	if err != nil {
		return err
	}
	if err := images.Check(img, s.plan.Config.Width, s.plan.Config.Height, form); err != nil {
		return s.refuse(err)
	}
	scratch := s.scratch.Swap(nil)
	if scratch == nil {
		scratch = new(images.Scratch)
	}
	defer s.scratch.Store(scratch)
	b := &batch{Batch: plan.Batch{N: 1, PTS: pts}, times: "pts", image: img, form: form, scratch: scratch}
	return s.lend(ctx, b)
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
	ended := false
	err := s.end(func() {
		s.in.Source.End()
		ended = true
	})
	if ended {
		s.drops.finish()
	}
	return err
}
