package nodes

import (
	"context"
	"errors"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// mostUploads is how many copies run at a time.
const mostUploads = 2

// Upload copies pictures to the device that encodes them. It emits a picture as soon as it has
// started the copy: the device works in order, so the encoder reads the picture after the copy.
// Upload frees the source of a copy when the copy is over. It passes on pictures that are on the
// device already.
type Upload struct {
	device  Device
	shelf   shelf.Frames
	sources []pipeline.Frame // of the copies that run, the oldest first
}

var _ pipeline.Processor[pipeline.Frame, pipeline.Frame] = (*Upload)(nil)

// NewUpload returns an Upload, which takes over one use of the device. Close ends it.
func NewUpload(device Device) *Upload {
	return &Upload{device: device, sources: make([]pipeline.Frame, 0, mostUploads)}
}

// Process starts to copy one picture. If two copies run, it waits for the older one first, and
// returns its error.
func (u *Upload) Process(_ context.Context, in pipeline.Frame, emit pipeline.Emit[pipeline.Frame]) error {
	if in.PixelFormat() == astiav.PixelFormatCuda {
		return emit(in)
	}
	if len(u.sources) == mostUploads {
		if err := u.await(); err != nil {
			in.Free()
			return err
		}
	}
	out := pipeline.FrameFrom(&u.shelf)
	if err := u.device.Upload(out.Frame, in.Frame); err != nil {
		in.Free()
		out.Free()
		return err
	}
	out.SetPts(in.Pts())
	out.Orders, out.Accepted = in.Orders, in.Accepted
	u.sources = append(u.sources, in)
	return emit(out)
}

// await waits for the oldest copy, and frees its source.
func (u *Upload) await() error {
	err := u.device.AwaitUpload()
	u.sources[0].Free()
	u.sources = u.sources[:copy(u.sources, u.sources[1:])]
	return err
}

// Flush waits for the copies that run.
func (u *Upload) Flush(context.Context, pipeline.Emit[pipeline.Frame]) error {
	var errs []error
	for len(u.sources) > 0 {
		errs = append(errs, u.await())
	}
	return errors.Join(errs...)
}

// Close waits for the copies that run, and ends this use of the device.
func (u *Upload) Close() {
	for len(u.sources) > 0 {
		_ = u.await() // the run has failed before, with an error of its own
	}
	u.shelf.Close()
	u.device.Close()
}
