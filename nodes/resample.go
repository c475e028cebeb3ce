package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// SampleSpec is the form of a stream of samples.
type SampleSpec struct {
	Rate   int // Hz
	Format astiav.SampleFormat
	Layout astiav.ChannelLayout
}

// Resample brings samples to the encoder's rate, format and channels.
type Resample struct {
	out  SampleSpec
	swr  *astiav.SoftwareResampleContext
	used bool
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Resample)(nil)
	_ pipeline.Holder                                        = (*Resample)(nil)
)

// NewResample returns a Resample to this form. What comes in says its own. Close frees it.
func NewResample(out SampleSpec) *Resample {
	live.New("resampler")
	return &Resample{out: out, swr: astiav.AllocSoftwareResampleContext()}
}

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
	out := pipeline.NewSamples()
	out.SetSampleRate(r.out.Rate)
	out.SetSampleFormat(r.out.Format)
	out.SetChannelLayout(r.out.Layout)
	if err := r.swr.ConvertFrame(in, out.Frame); err != nil {
		out.Free()
		return fmt.Errorf("resample to %d Hz %s %s: %w", r.out.Rate, r.out.Format, r.out.Layout, err)
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
	return r.swr.Delay(int64(r.out.Rate))
}

// Close frees the Resample.
func (r *Resample) Close() {
	live.Freed("resampler")
	r.swr.Free()
}
