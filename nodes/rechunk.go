package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/pipeline"
)

// Rechunk cuts sound into blocks of the length that the encoder takes. The last block may be
// shorter. The duration of a block is the number of its samples that were received: the silence
// that fills the last block does not count.
type Rechunk struct {
	size   int
	fill   bool
	queue  astiavx.SampleQueue
	blocks *SampleShelf

	accepted time.Time // of the last block of the input, in which each block of the output ends
}

var (
	_ pipeline.Processor[pipeline.Samples, pipeline.Samples] = (*Rechunk)(nil)
	_ pipeline.Holder                                        = (*Rechunk)(nil)
)

// NewRechunk returns a Rechunk that cuts samples of this format into blocks of size samples per
// channel. If fill is true, silence makes the last block as long as the others. Close frees it.
func NewRechunk(spec SampleSpec, size int, fill bool) *Rechunk {
	live.New("audio fifo")
	return &Rechunk{
		size: size, fill: fill, blocks: NewSampleShelf(spec),
		queue: astiavx.NewSampleQueue(spec.Format, spec.Layout.Channels(), size),
	}
}

// Process queues a block of any length, and emits all full blocks.
func (r *Rechunk) Process(_ context.Context, in pipeline.Samples, emit pipeline.Emit[pipeline.Samples]) error {
	r.accepted = in.Accepted
	err := r.queue.Write(in.Frame)
	in.Free()
	if err != nil {
		return fmt.Errorf("queue samples: %w", err)
	}
	for r.queue.Size() >= r.size {
		if err := r.cut(r.size, emit); err != nil {
			return err
		}
	}
	return nil
}

// Flush emits the rest of the samples.
func (r *Rechunk) Flush(_ context.Context, emit pipeline.Emit[pipeline.Samples]) error {
	if rest := r.queue.Size(); rest > 0 {
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
	out.SetNbSamples(n) // Read fills as many samples as the frame has
	if err := r.queue.Read(out.Frame); err != nil {
		out.Free()
		return fmt.Errorf("take %d samples: %w", n, err)
	}
	out.SetNbSamples(length)
	astiavx.SetDuration(out.Frame, int64(n))
	out.Accepted = r.accepted
	return emit(out)
}

// Held returns how many samples per channel are in the queue.
func (r *Rechunk) Held() int64 { return int64(r.queue.Size()) }

// Close frees the Rechunk.
func (r *Rechunk) Close() {
	live.Freed("audio fifo")
	r.queue.Free()
	r.blocks.Close()
}
