package api

import (
	"context"
	"errors"
	"sync"

	"github.com/avloom/avloom/internal/graph"
)

// AddOutput adds an output to an open encoder: a viewer who comes, a recording that begins. It gets
// the packets of the encoders that run, so its container must be able to carry their codecs;
// otherwise, and for everything else that is wrong with o, the error is a *ConfigError, and nothing
// is created. The options of streams that only muxers know (ExtraOptions) apply to it too.
//
// The output begins at a key frame, which it asks the encoders for; encoders that cannot be asked
// give the next one in their own time (VideoConfig.KeyInterval). Times in the output begin at 0
// with that key frame, and sound that ends before it is left out. APNG and GIF have one key frame,
// the first, so that AddOutput refuses them with a *ConfigError. An encoder that looks ahead may
// release a key frame that was accepted before the call; the output then begins with that one.
//
// A required output, without BestEffort, is connected, or created, when AddOutput returns. If ctx
// ends before, the error is context.Cause(ctx). From then on it is as required as the outputs of
// Open: it slows the run down when it is slow, and its error ends the run. That includes gaps
// between frames that its container cannot hold (VideoConfig.VariableRate), which calls that feed
// the encoder refuse only for containers of Open. For viewers, give BestEffort: AddOutput returns
// at once, and what goes wrong later concerns that output alone.
//
// A file, a URL or a writer that an output writes at present is a *ConfigError. Before Open the
// error is ErrNotOpen, after Close ErrClosed, and after the end of the run its cause. An AddOutput
// that is in progress delays Close, as a call that feeds the encoder does; Abort ends it.
func (e *Encoder) AddOutput(ctx context.Context, o Output) (*OutputHandle, error) {
	r, err := e.admit(func() { e.calls.returned.Add(1) }) // it does not count as feeding
	if err != nil {
		return nil, err
	}
	defer e.calls.returned.Done()
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	added, err := r.AddOutput(ctx, o.config)
	switch {
	case err == nil:
		return &OutputHandle{output: added, outputs: r.Outputs, encoder: e}, nil
	case r.cause() != nil:
		return nil, r.cause()
	case errors.Is(err, graph.ErrOver):
		return nil, ErrClosed
	default:
		return nil, err
	}
}

// OutputHandle is an output that AddOutput has added. Its methods are safe for use by several
// goroutines at once.
type OutputHandle struct {
	output  *graph.Output
	outputs *graph.Outputs
	encoder *Encoder // which is not garbage as long as the handle is held

	once   sync.Once
	closed bool // err is set
	mu     sync.Mutex
	err    error // the result of Close
}

// Close finishes this output alone, while the others go on. What was accepted before the call is
// written as far as the encoders have released it, then the trailer; frames that an encoder still
// holds are not in it. Close returns why that failed, or why the output had ended before. Further
// calls return the same. If nothing was written, the file is one without packets where the
// container has such files, and the error is nil.
//
// An output with BestEffort that is not connected ends at once. One that is connected is left
// behind if a write takes longer than a second. A required output that cannot be finished makes
// Close of the encoder return the error, too; the other outputs go on. Encoder.Close finishes all
// outputs that were not closed before. Close of the handle then returns the error with which this
// one has ended.
//
// Close returns ErrCalledBack, and does nothing, when it is called from inside the encoder's own
// writer or logger.
func (h *OutputHandle) Close() error {
	if err, closed := h.result(); closed {
		return err
	}
	if h.encoder.callbacks.Inside() && !h.output.HasEnded() {
		return ErrCalledBack
	}
	h.once.Do(func() {
		err := h.output.Close()
		h.outputs.Forget(h.output)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.err, h.closed = err, true
	})
	err, _ := h.result()
	return err
}

// result returns the result of Close, if Close has returned before.
func (h *OutputHandle) result() (err error, closed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err, h.closed
}

// Err returns why the output ended: its own error, or the cause of the run. It is nil while the
// output goes on, and after it was finished by Close, of the handle or of the encoder.
func (h *OutputHandle) Err() error { return h.output.Err() }

// Done is closed when the output has ended, for whatever reason.
func (h *OutputHandle) Done() <-chan struct{} { return h.output.Done() }
