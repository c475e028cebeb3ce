package api

import (
	"context"
	"fmt"
	"image"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// VideoStream is a video stream of an Encoder. Its methods are safe for use by several goroutines at once: calls take turns, in the order in
// which they arrive.
type VideoStream struct {
	feed
	plan    *videoPlan
	source  *pipeline.Source[pipeline.Input] // set by Open
	blanks  *nodes.Blanks                    // to acquire; set by Open
	device  *gpu.Device                      // that encodes, if not the CPU; set by Open
	loan    *pipeline.Loan                   // of the last call, whose turn guards it
	lending *lending                         // of pictures to draw into

	// scratch is where images are drawn whose form nobody knows; nil: a call has it, or none was
	// needed.
	scratch atomic.Pointer[scratch]

	convertible bool      // the device makes the encoded video's colours of RGB; set by Open
	form        imageForm // of images; set by Open
}

func newVideoStream(e *Encoder, index int, plan *videoPlan) *VideoStream {
	return &VideoStream{feed: newFeed(e, index), plan: plan, lending: &lending{stream: index, journal: e.journal}}
}

// AddFrames adds any number of frames, also none. Of each frame only a reference travels; the pictures are read from f.Data by another goroutine, once, and
// AddFrames returns when the last has been read. Until then f.Data must not change. It blocks while the queues are full.
//
// Data that is no whole number of frames is a *ConfigError, and nothing of it is accepted. Where ctx ends, AddFrames waits
// for the frame that is being read, and returns a *PartialError with the number of frames that were accepted.
func (s *VideoStream) AddFrames(ctx context.Context, f Frames) error {
	pictures, err := s.plan.pictures(f)
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
		mine = new(scratch)
	}
	defer s.scratch.Store(mine)
	picture, memory, err := s.plan.image(img, form, mine)
	if err != nil {
		return s.refuse(err)
	}
	return s.lend(ctx, batch{first: picture, n: 1}, memory[:]...)
}

// imageForm is the form that images are to be given, which Open has found.
func (s *VideoStream) imageForm() (imageForm, error) {
	if _, err := s.encoder.enter(); err != nil {
		return imageForm{}, err
	}
	defer s.encoder.leave()
	return s.form, nil
}

// End says that no more frames come here. The other streams go on. A second End does nothing.
func (s *VideoStream) End() error {
	return s.end(func() { s.source.End() })
}

// batch is a number of pictures of equal form, so many bytes apart.
type batch struct {
	first pipeline.Input
	size  int
	n     int
	check func() error // of what shows only when the encoder is open; may be nil
}

// at returns picture i.
func (b *batch) at(i int) pipeline.Input {
	in := b.first
	for k, p := range in.Planes {
		if p != nil {
			in.Planes[k] = unsafe.Add(p, i*b.size)
		}
	}
	for k, p := range in.Device.Planes {
		if p != 0 {
			in.Device.Planes[k] = p + uintptr(i*b.size)
		}
	}
	return in
}

// lend sends the pictures, which lie in the Go objects of these pointers (nil: not in Go's memory),
// and waits until they have been read.
func (s *VideoStream) lend(ctx context.Context, pictures batch, memory ...*byte) error {
	r, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	if pictures.n == 0 {
		return nil
	}
	if pictures.check != nil {
		if err := pictures.check(); err != nil {
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
	s.source.BeginCall()
	defer s.source.EndCall()
	loan := s.newLoan(pictures.n)
	pictures.first.Loan = loan
	for i := range pictures.n {
		if err := s.source.Send(ctx, pictures.at(i)); err != nil {
			return r.fed(err, loan.Recall())
		}
	}
	select {
	case <-loan.Done():
	case <-ctx.Done():
	case <-r.Done():
	}
	if accepted := loan.Recall(); accepted < pictures.n {
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

// pictures finds the pictures in the data.
func (p *videoPlan) pictures(f Frames) (batch, error) {
	if f.PTS != nil {
		return batch{}, &ConfigError{Field: "PTS", Value: f.PTS, Reason: "is reserved; leave it nil"}
	}
	first, size, err := p.firstPicture(f)
	if err != nil {
		return batch{}, err
	}
	if len(f.Data)%size != 0 {
		return batch{}, &ConfigError{
			Field: "Data", Value: len(f.Data),
			Reason: fmt.Sprintf("is no whole number of frames: one of %d×%d as %s has %d bytes", p.cfg.Width, p.cfg.Height, f.Layout, size),
		}
	}
	return batch{first: first, size: size, n: len(f.Data) / size}, nil
}

// firstPicture returns the first picture in the data, and the size of each in bytes.
func (p *videoPlan) firstPicture(f Frames) (first pipeline.Input, size int, err error) {
	width, height := p.cfg.Width, p.cfg.Height
	base := unsafe.Pointer(unsafe.SliceData(f.Data))
	at := func(offset int) unsafe.Pointer {
		if offset >= len(f.Data) {
			return nil // no data, or not enough of it
		}
		return unsafe.Add(base, offset)
	}
	plane := width * height
	if err := p.checkLayout(f.Layout); err != nil {
		return first, 0, err
	}
	switch f.Layout {
	case NCHW: // FFmpeg's planar RGB has the order G, B, R
		return pipeline.Input{
			Format: astiav.PixelFormatGbrp,
			Planes: [4]unsafe.Pointer{at(plane), at(2 * plane), at(0)}, Strides: [4]int{width, width, width},
		}, 3 * plane, nil
	case NHWC:
		return pipeline.Input{
			Format: astiav.PixelFormatRgb24, Planes: [4]unsafe.Pointer{at(0)}, Strides: [4]int{3 * width},
		}, 3 * plane, nil
	case Raw:
		b := pipeline.Input{Format: p.inputFormat, Strides: p.raw.Strides}
		for i := range astiavx.DescribePixelFormat(p.inputFormat).Planes {
			b.Planes[i] = at(p.raw.Offsets[i])
		}
		if p.raw.Offsets[1] > 0 { // a palette is no plane to FFmpeg
			b.Planes[1] = at(p.raw.Offsets[1])
		}
		return b, p.raw.Size, nil
	default:
		return first, 0, &ConfigError{Field: "Layout", Value: int(f.Layout), Reason: "there is no such choice", Supported: layoutNames}
	}
}

// checkLayout finds frames that contradict the format which the stream was told its frames have.
func (p *videoPlan) checkLayout(layout Layout) error {
	if p.cfg.InputFormat == "" || layout != NCHW && layout != NHWC {
		return nil
	}
	reason := fmt.Sprintf("is R G B of 8 bits, but VideoConfig.InputFormat says that frames are %s; "+
		"set Layout to Raw, or leave InputFormat empty", p.cfg.InputFormat)
	return &ConfigError{Field: "Layout", Value: layout.String(), Reason: reason, Supported: layoutNames[Raw:]}
}
