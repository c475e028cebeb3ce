package graph

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// builder opens what a run needs, step by step. Until the graph starts, the closer frees what was
// opened, in reverse order.
type builder struct {
	cfg      Config
	inputs   []streamBuild
	targets  []*target
	opened   *astikit.Closer
	dst      *atomic.Pointer[destination.Destination] // the one that was opened last
	used     int                                      // threads of the share of the video streams together
	streams  []muxer.Stream
	open     []OpenStream
	chosen   []zap.Field
	lost     []lostWish
	lines    *fflog.Lines
	canceled codec.Canceled
	connect  []func(*pipeline.Run) *pipeline.Outlet[pipeline.Packet] // one for each stream
}

// streamBuild opens what one stream needs.
type streamBuild interface {
	// prepare opens the encoder and adds the stream to what the builder knows.
	prepare(b *builder) error
	// blame returns what the container refuses in the stream: a change with which try, which writes a
	// header in memory, succeeds; nil where no such change is found.
	blame(r *refusal, own muxer.Stream, try func(muxer.Stream) bool) error
}

// Start opens all that a run needs and starts the graph. Opening ends with opening, and the run
// ends with ctx. Where it fails, all that was opened is freed.
func Start(ctx, opening context.Context, cfg Config) (*Run, error) {
	b := &builder{
		cfg: cfg, opened: astikit.NewCloser(), dst: new(atomic.Pointer[destination.Destination]),
		lines: fflog.NewLines(cfg.Journal), canceled: func() bool { return opening.Err() != nil },
	}
	for i, s := range cfg.Streams {
		if s.Video != nil {
			b.inputs = append(b.inputs, &videoBuild{index: i, plan: s.Video})
		} else {
			b.inputs = append(b.inputs, &audioBuild{index: i, plan: s.Audio})
		}
	}
	opened, err := b.attempt(opening)
	if err != nil {
		return nil, err
	}
	return b.start(ctx, opened), nil
}

// attempt opens all that can block: the encoders and the destinations. A call that does not return
// after ctx has ended is left behind. When it returns, it frees what it has opened.
func (b *builder) attempt(ctx context.Context) (Sinks, error) {
	opened, left, err := pipeline.Attempt(ctx, b.opening(ctx), b.wake, func(Sinks) { b.free() })
	if left {
		b.cfg.LeftBehind()
		b.cfg.Journal.Log(
			zap.WarnLevel,
			"left behind: Open, in a call that did not return",
			zap.String("path", b.cfg.Outputs[0].DisplayName()),
		)
	}
	return opened, err
}

// opening returns openAll as a call of the caller's code: it calls the caller's writer and logger.
func (b *builder) opening(ctx context.Context) func() (Sinks, error) {
	return func() (opened Sinks, err error) {
		b.cfg.Journal.Callbacks.Call(func() { opened, err = b.openAll(ctx) })
		return opened, err
	}
}

// openAll opens every encoder, tries the headers, opens the destinations and writes the headers.
func (b *builder) openAll(ctx context.Context) (opened Sinks, err error) {
	complete := false
	defer func() {
		if !complete {
			b.free()
		}
	}()
	if err := b.planOutputs(); err != nil {
		return nil, err
	}
	for i, stream := range b.inputs {
		if b.canceled.Now() {
			return nil, context.Cause(ctx)
		}
		if err := stream.prepare(b); err != nil {
			return nil, streamError(i, err)
		}
	}
	opened, err = b.openMuxers(ctx)
	complete = err == nil
	return opened, err
}

// wake makes a write of the header that blocks return.
func (b *builder) wake() {
	if dst := b.dst.Load(); dst != nil {
		dst.Wake()
	}
}

// free frees what was opened.
func (b *builder) free() { _ = b.opened.Close() }

// streamError says which stream a wrong config is of.
func streamError(index int, err error) error {
	return fmt.Errorf("avloom: stream %d: %w", index, fault.WithoutPrefix(err))
}

// start wires the graph and starts it. From then on the run owns all that was opened.
func (b *builder) start(ctx context.Context, opened Sinks) *Run {
	graph := pipeline.NewRun(ctx)
	packets := make([]*pipeline.Outlet[pipeline.Packet], len(b.connect))
	for i, connect := range b.connect {
		packets[i] = connect(graph)
	}
	joining := queue(b, pipeline.Packet.Free)
	joining.Share = pipeline.Packet.Ref
	for i, mux := range opened {
		pipeline.Join(b.targets[i].node, joining, pipeline.Sink[pipeline.Packet](mux), packets...)
	}
	r := newRun(graph, b, opened)
	graph.OnEnd(b.cfg.OnEnd)
	graph.OnEnd(r.stopClock)
	graph.FailStalls(b.cfg.Settings.StallTimeout)
	graph.Start()
	return r
}

func queue[T any](b *builder, free func(T)) pipeline.Queue[T] {
	return pipeline.Queue[T]{Depth: b.cfg.Settings.QueueDepth, Free: free}
}

// containers are those of all outputs.
func (b *builder) containers() []astiavx.Container {
	all := make([]astiavx.Container, len(b.targets))
	for i, t := range b.targets {
		all[i] = t.Container
	}
	return all
}

// frontToBack says whether a destination cannot be sought.
func (b *builder) frontToBack() bool {
	return slices.ContainsFunc(b.targets, func(t *target) bool { return !t.shape().CanSeek() })
}

// addMuxerOptions gives each output those options of a stream that its muxer knows.
func (b *builder) addMuxerOptions(options []avoption.Option) error {
	for _, t := range b.targets {
		if err := t.AddStreamOptions(options, len(b.streams)); err != nil {
			return err
		}
	}
	return nil
}
