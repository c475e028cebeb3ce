package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// Resample brings samples to the encoder's rate, format and channels.
type Resample struct {
	swr    *astiav.SoftwareResampleContext
	blocks *SampleShelf // of what goes out
	blanks *SampleShelf // to fill with what comes in
	used   bool
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Resample)(nil)
	_ pipeline.Holder                                        = (*Resample)(nil)
)

// NewResample returns a Resample from one form to another. Close frees it.
func NewResample(in, out SampleSpec) *Resample {
	live.New("resampler")
	return &Resample{swr: astiav.AllocSoftwareResampleContext(), blocks: NewSampleShelf(out), blanks: NewSampleShelf(in)}
}

// Blanks are blocks for samples that are to come in.
func (r *Resample) Blanks() *SampleShelf { return r.blanks }

// Process resamples one block.
func (r *Resample) Process(_ context.Context, in pipeline.Samples, emit pipeline.Emit[pipeline.Samples]) error {
	defer in.Free()
	r.used = true
	return r.convert(in.Frame, emit)
}

// Flush emits the end of the sound, which the filter still holds.
func (r *Resample) Flush(_ context.Context, emit pipeline.Emit[pipeline.Samples]) error {
	if !r.used {
		return nil
	}
	return r.convert(nil, emit)
}

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
	return emit(out)
}

// Held is how many samples per channel the filter keeps, at the rate that goes out.
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
