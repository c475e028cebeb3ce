package nodes

import (
	"context"
	"fmt"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// Rechunk cuts sound into blocks of equal length, as encoders take them. Only the last may be shorter. The duration of a block is the
// number of samples in it that came in.
type Rechunk struct {
	size   int
	fill   bool
	fifo   astiavx.SampleQueue
	blocks *SampleShelf
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Rechunk)(nil)
	_ pipeline.Holder                                        = (*Rechunk)(nil)
)

// NewRechunk returns a Rechunk for samples of this form into blocks of size samples per channel. Where fill is set, silence makes the last as long as
// the others. Close frees the Rechunk.
func NewRechunk(spec SampleSpec, size int, fill bool) *Rechunk {
	live.New("audio fifo")
	return &Rechunk{
		size: size, fill: fill, blocks: NewSampleShelf(spec), fifo: astiavx.NewSampleQueue(spec.Format, spec.Layout.Channels(), size),
	}
}

// Process takes a block of any length and emits as many full blocks as there are now.
func (r *Rechunk) Process(_ context.Context, in pipeline.Samples, emit pipeline.Emit[pipeline.Samples]) error {
	err := r.fifo.Write(in.Frame)
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
	get := r.blocks.Get
	if length > n {
		get = r.blocks.silence
	}
	out, err := get(length)
	if err != nil {
		return err
	}
	out.SetNbSamples(n)
	if err := r.fifo.Read(out.Frame); err != nil {
		out.Free()
		return fmt.Errorf("take %d samples: %w", n, err)
	}
	out.SetNbSamples(length)
	astiavx.SetDuration(out.Frame, int64(n))
	return emit(out)
}

// Held is how many samples per channel wait for more.
func (r *Rechunk) Held() int64 { return int64(r.fifo.Size()) }

// Close frees the Rechunk.
func (r *Rechunk) Close() {
	live.Freed("audio fifo")
	r.fifo.Free()
	r.blocks.Close()
}
