package graph

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// builder opens all that a graph needs and starts the graph.
type builder struct {
	assembly
	inputs []streamBuild
	latest atomic.Pointer[destination.Destination] // the destination that was opened last
}

// streamBuild opens what one stream needs.
type streamBuild interface {
	// prepare opens the encoder and adds the stream to the assembly.
	prepare(a *assembly) error
	refusable
}

// Start opens all that a run needs and starts the graph. It gives up opening when the context
// opening ends; the run ends with ctx. If it fails, it closes all that it opened.
func Start(ctx, opening context.Context, cfg Config) (*Run, error) {
	b := &builder{assembly: assembly{
		cfg: cfg, closer: astikit.NewCloser(),
		lines: fflog.NewLines(cfg.Journal), canceled: func() bool { return opening.Err() != nil },
	}}
	for i, s := range cfg.Streams {
		if s.Video != nil {
			b.inputs = append(b.inputs, &videoBuild{index: i, plan: s.Video})
		} else {
			b.inputs = append(b.inputs, &audioBuild{index: i, plan: s.Audio})
		}
	}
	sinks, err := b.openOrLeave(opening)
	if err != nil {
		return nil, err
	}
	return b.start(ctx, sinks), nil
}

// openOrLeave calls openAll, which can block. If ctx ends and openAll still does not return, it is
// left behind. It then frees what it has opened as soon as it returns.
func (b *builder) openOrLeave(ctx context.Context) (Sinks, error) {
	// The caller's writer and logger are called in there.
	open := func() (sinks Sinks, err error) {
		b.cfg.Journal.Callbacks.Call(func() { sinks, err = b.openAll(ctx) })
		return sinks, err
	}
	sinks, left, err := pipeline.Attempt(ctx, open, b.wake, func(Sinks) { b.closeAll() })
	if left {
		b.cfg.OnLeftBehind()
		path := zap.String("path", b.cfg.Outputs[0].DisplayName())
		b.cfg.Journal.Log(zap.WarnLevel, "left behind: Open, in a call that did not return", path)
	}
	return sinks, err
}

// openAll opens every encoder, tries the headers, opens the destinations and writes the headers. If
// it fails, or if the caller's writer or logger ends the goroutine, it closes all that it opened.
func (b *builder) openAll(ctx context.Context) (sinks Sinks, err error) {
	complete := false
	defer func() {
		if !complete {
			b.closeAll()
		}
	}()
	err = b.planOutputs()
	if err != nil {
		return nil, err
	}
	for i, stream := range b.inputs {
		if b.canceled.Now() {
			return nil, context.Cause(ctx)
		}
		if err := stream.prepare(&b.assembly); err != nil {
			return nil, streamError(i, err)
		}
	}
	sinks, err = b.openMuxers(ctx)
	complete = err == nil
	return sinks, err
}

// wake makes a blocked write of a header return.
func (b *builder) wake() {
	dst := b.latest.Load()
	if dst != nil {
		dst.Wake()
	}
}

// closeAll closes what was opened.
func (b *builder) closeAll() { _ = b.closer.Close() }

// streamError adds to an error the stream that it is about.
func streamError(index int, err error) error {
	return fmt.Errorf("avloom: stream %d: %w", index, fault.WithoutPrefix(err))
}

// start connects the nodes and starts the graph. From then on, the run owns all that was opened.
func (b *builder) start(ctx context.Context, sinks Sinks) *Run {
	graph := pipeline.NewRun(ctx)
	packets := make([]*pipeline.Outlet[pipeline.Packet], len(b.connectors))
	for i, connect := range b.connectors {
		packets[i] = connect(graph)
	}
	b.limitTimes(sinks)
	shared := queue(&b.assembly, pipeline.Packet.Free)
	shared.Share = pipeline.Packet.Ref
	for i, mux := range sinks {
		pipeline.Join(b.targets[i].node, shared, pipeline.Sink[pipeline.Packet](mux), packets...)
	}
	r := b.newRun(graph, sinks)
	graph.OnEnd(r.late.free)
	graph.OnEnd(b.cfg.OnEnd)
	graph.OnEnd(r.stopClock)
	graph.FailStalls(b.cfg.Settings.StallTimeout)
	graph.Start()
	return r
}

// limitTimes tells each stream of pictures which times the containers can hold.
func (b *builder) limitTimes(sinks Sinks) {
	for i, stream := range b.openStreams {
		if stream.Video == nil {
			continue
		}
		for k, mux := range sinks {
			stream.Video.Times.restrict(b.targets[k].Container.Name, mux.TimeLimits(i))
		}
	}
}

func (b *builder) newRun(graph *pipeline.Run, sinks Sinks) *Run {
	first := b.cfg.Outputs[0]
	return &Run{
		Run: graph, Sinks: sinks, Streams: b.openStreams, ThreadsUsed: b.threadsUsed,
		Path: first.Path, DisplayName: first.DisplayName(),
		Journal: b.cfg.Journal, lines: b.lines, openFields: b.openFields, warnings: b.warnings,
		late: lateStreams{streams: b.streams, learners: b.learners}, opened: time.Now(),
	}
}
