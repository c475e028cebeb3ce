package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// Rechunk cuts sound into blocks of equal length, as encoders take them. Only the last may be shorter. The duration of a block is the
// number of samples in it that came in.
type Rechunk struct {
	spec SampleSpec
	size int
	fill bool
	fifo *astiav.AudioFifo
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Rechunk)(nil)
	_ pipeline.Holder                                        = (*Rechunk)(nil)
)

// NewRechunk returns a Rechunk for samples of this form into blocks of size samples per channel. Where fill is set, silence makes the last as long as
// the others. Close frees the Rechunk.
func NewRechunk(spec SampleSpec, size int, fill bool) *Rechunk {
	live.New("audio fifo")
	return &Rechunk{spec: spec, size: size, fill: fill, fifo: astiav.AllocAudioFifo(spec.Format, spec.Layout.Channels(), size)}
}

// Process takes a block of any length and emits as many full blocks as there are now.
func (r *Rechunk) Process(_ context.Context, in pipeline.Samples, emit pipeline.Emit[pipeline.Samples]) error {
	_, err := r.fifo.Write(in.Frame)
	in.Free()
	if err != nil {
		return fmt.Errorf("queue samples: %w", err)
	}
	for r.fifo.Size() >= r.size {
		if err := r.cut(r.size, emit); err != nil {
			return err
		}
	}
	return nil
}

// Flush emits the rest.
func (r *Rechunk) Flush(_ context.Context, emit pipeline.Emit[pipeline.Samples]) error {
	if rest := r.fifo.Size(); rest > 0 {
		return r.cut(rest, emit)
	}
	return nil
}

// cut emits a block of the next n samples.
func (r *Rechunk) cut(n int, emit pipeline.Emit[pipeline.Samples]) error {
	length := n
	if r.fill {
		length = r.size
	}
	alloc := AllocSamples
	if length > n {
		alloc = allocSilence
	}
	out, err := alloc(r.spec, length)
	if err != nil {
		return err
	}
	out.SetNbSamples(n)
	if _, err := r.fifo.Read(out.Frame); err != nil {
		out.Free()
		return fmt.Errorf("take %d samples: %w", n, err)
	}
	out.SetNbSamples(length)
	astiavx.SetDuration(out.Frame, int64(n))
	return emit(out)
}

// allocSilence allocates a block of n samples per channel that are silent.
func allocSilence(spec SampleSpec, n int) (pipeline.Samples, error) {
	s, err := AllocSamples(spec, n)
	if err != nil {
		return s, err
	}
	if err := s.SamplesFillSilence(); err != nil {
		s.Free()
		return pipeline.Samples{}, fmt.Errorf("silence: %w", err)
	}
	return s, nil
}

// Held is how many samples per channel wait for more.
func (r *Rechunk) Held() int64 { return int64(r.fifo.Size()) }

// Close frees the Rechunk.
func (r *Rechunk) Close() {
	live.Freed("audio fifo")
	r.fifo.Free()
}

// AllocSamples allocates a block of n samples per channel. The content is undefined.
func AllocSamples(spec SampleSpec, n int) (pipeline.Samples, error) {
	s := pipeline.NewSamples()
	s.SetSampleRate(spec.Rate)
	s.SetSampleFormat(spec.Format)
	s.SetChannelLayout(spec.Layout)
	s.SetNbSamples(n)
	if err := s.AllocBuffer(0); err != nil {
		s.Free()
		return pipeline.Samples{}, fmt.Errorf("allocate %d samples %s %s: %w", n, spec.Format, spec.Layout, err)
	}
	return s, nil
}
