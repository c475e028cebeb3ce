package nodes

import (
	"context"
	"errors"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// mostUploads is how many copies are under way at a time.
const mostUploads = 2

// Upload brings pictures to the device that encodes them. It emits a picture as soon as its copy has been started, for the device works in
// order; what it is copied from is freed later, when the copy is over. Pictures that are on the device already pass.
type Upload struct {
	device  Device
	shelf   shelf.Frames
	sources []pipeline.Frame // of the copies under way, the oldest first
}

var _ pipeline.Processor[pipeline.Frame, pipeline.Frame] = (*Upload)(nil)

// NewUpload returns an Upload, which takes over this use of the device. Close ends it.
func NewUpload(device Device) *Upload {
	return &Upload{device: device, sources: make([]pipeline.Frame, 0, mostUploads)}
}

// Process starts to copy one picture. Where the last but one was copied badly, it fails.
func (u *Upload) Process(_ context.Context, in pipeline.Frame, emit pipeline.Emit[pipeline.Frame]) error {
	if in.PixelFormat() == astiav.PixelFormatCuda {
		return emit(in)
	}
	if len(u.sources) == mostUploads {
		if err := u.settle(); err != nil {
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
	u.sources = append(u.sources, in)
	return emit(out)
}

// settle waits for the oldest copy, and frees what was copied.
func (u *Upload) settle() error {
	err := u.device.Settle()
	u.sources[0].Free()
	u.sources = u.sources[:copy(u.sources, u.sources[1:])]
	return err
}

// Flush waits for the copies that are under way.
func (u *Upload) Flush(context.Context, pipeline.Emit[pipeline.Frame]) error {
	var errs []error
	for len(u.sources) > 0 {
		errs = append(errs, u.settle())
	}
	return errors.Join(errs...)
}

// Close waits for what is still being copied, and ends this use of the device.
func (u *Upload) Close() {
	for len(u.sources) > 0 {
		_ = u.settle() // the run has failed already, and with a reason that came first
	}
	u.shelf.Close()
	u.device.Close()
}
