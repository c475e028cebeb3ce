package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// Resample converts samples to the encoder's rate, sample format and channels.
type Resample struct {
	swr    *astiav.SoftwareResampleContext
	blocks *SampleShelf // of the output
	blanks *SampleShelf // of the input, for callers to fill
	used   bool

	accepted time.Time // of the last block of the input
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Resample)(nil)
	_ pipeline.Holder                                        = (*Resample)(nil)
)

// NewResample returns a Resample from one format to another. Close frees it.
func NewResample(in, out SampleSpec) *Resample {
	live.New("resampler")
	return &Resample{
		swr: astiav.AllocSoftwareResampleContext(), blocks: NewSampleShelf(out), blanks: NewSampleShelf(in),
	}
}

// Blanks lends blocks that a caller fills with samples for Process.
func (r *Resample) Blanks() *SampleShelf { return r.blanks }

// Process resamples one block.
func (r *Resample) Process(_ context.Context, in pipeline.Samples, emit pipeline.Emit[pipeline.Samples]) error {
	defer in.Free()
	r.used, r.accepted = true, in.Accepted
	return r.convert(in.Frame, emit)
}

// Flush emits the end of the sound, which the resampler's filter still holds.
func (r *Resample) Flush(_ context.Context, emit pipeline.Emit[pipeline.Samples]) error {
	if !r.used {
		return nil
	}
	return r.convert(nil, emit)
}

// convert resamples a block; nil: the end of the sound.
func (r *Resample) convert(in *astiav.Frame, emit pipeline.Emit[pipeline.Samples]) error {
	out, spec := r.blocks.empty(), &r.blocks.spec
	if err := r.swr.ConvertFrame(in, out.Frame); err != nil {
		out.Free()
		return fmt.Errorf("resample to %d Hz %s %s: %w", spec.Rate, spec.Format, spec.Layout, err)
	}
	if out.NbSamples() == 0 {
		out.Free()
		return nil
	}
	out.Accepted = r.accepted
	return emit(out)
}

// Held returns how many samples per channel the filter holds, at the rate of the output.
func (r *Resample) Held() int64 {
	if !r.used {
		return 0
	}
	return r.swr.Delay(int64(r.blocks.spec.Rate))
}

// Close frees the Resample.
func (r *Resample) Close() {
	live.Freed("resampler")
	r.swr.Free()
	r.blocks.Close()
	r.blanks.Close()
}
