package graph

import (
	"context"
	"fmt"
	"time"

	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/cores"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/pipeline"
)

// builder opens all that a graph needs and starts the graph.
type builder struct {
	assembly
	inputs []streamBuild
	latest latestDestination
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
	b := newBuilder(opening, cfg)
	muxes, err := b.openOrLeave(opening)
	if err != nil {
		return nil, err
	}
	return b.start(ctx, muxes), nil
}

// newBuilder returns a builder that gives up opening when a context ends.
func newBuilder(opening context.Context, cfg Config) *builder {
	b := &builder{assembly: assembly{
		cfg: cfg, closer: astikit.NewCloser(),
		lines: fflog.NewLines(cfg.Journal), canceled: func() bool { return opening.Err() != nil },
	}}
	for i, s := range cfg.Streams {
		switch {
		case s.Video != nil:
			b.inputs = append(b.inputs, &videoBuild{index: i, plan: s.Video})
		case s.Audio != nil:
			b.inputs = append(b.inputs, &audioBuild{index: i, plan: s.Audio})
		default:
			b.inputs = append(b.inputs, &subtitleBuild{index: i, plan: s.Subtitles})
		}
	}
	return b
}

// openOrLeave calls openAll, which can block. If ctx ends and openAll still does not return, it is
// left behind. It then frees what it has opened as soon as it returns.
func (b *builder) openOrLeave(ctx context.Context) ([]containerSink, error) {
	// The caller's writer and logger are called in there.
	open := func() (muxes []containerSink, err error) {
		b.cfg.Journal.Callbacks.Call(func() { muxes, err = b.openAll(ctx) })
		return muxes, err
	}
	muxes, left, err := pipeline.Attempt(ctx, open, b.wake, func([]containerSink) { b.closeAll() })
	if left {
		b.reportLeft()
	}
	return muxes, err
}

// reportLeft reports a call that was left behind while something was opened.
func (b *builder) reportLeft() {
	b.cfg.OnLeftBehind()
	path := zap.String("path", b.cfg.Outputs[0].DisplayName())
	b.cfg.Journal.Log(zap.WarnLevel, "left behind: Open, in a call that did not return", path)
}

// openAll opens every encoder, tries the headers, opens the destinations and writes the headers. If
// it fails, or if the caller's writer or logger ends the goroutine, it closes all that it opened.
func (b *builder) openAll(ctx context.Context) (muxes []containerSink, err error) {
	complete := false
	defer func() {
		if !complete {
			b.closeAll()
		}
	}()
	err = b.openEncoders(ctx)
	if err != nil {
		return nil, err
	}
	muxes, err = b.openMuxers(ctx)
	complete = err == nil
	return muxes, err
}

// openEncoders plans the outputs and opens every encoder.
func (b *builder) openEncoders(ctx context.Context) error {
	if err := b.planOutputs(); err != nil {
		return err
	}
	b.planSegments()
	for i, stream := range b.inputs {
		if b.canceled.Now() {
			return context.Cause(ctx)
		}
		if err := stream.prepare(&b.assembly); err != nil {
			return streamError(i, err)
		}
	}
	return nil
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
// muxes has nil for the outputs that open themselves.
func (b *builder) start(ctx context.Context, muxes []containerSink) *Run {
	graph := pipeline.NewRun(ctx)
	r := b.newRun(graph)
	for _, connect := range b.connectors {
		r.packets = append(r.packets, connect(graph))
	}
	b.limitTimes(muxes)
	for i, mux := range muxes {
		r.joinAtOpen(b.targets[i], mux)
	}
	graph.OnEnd(r.late.free)
	for _, end := range b.ends {
		graph.OnEnd(end)
	}
	graph.OnEnd(b.cfg.OnEnd)
	graph.OnEnd(r.stopClock)
	graph.FailStalls(b.cfg.Settings.StallTimeout)
	graph.Start()
	return r
}

// limitTimes tells each stream of pictures or subtitles which times the containers of the required
// outputs can hold.
func (b *builder) limitTimes(muxes []containerSink) {
	for i, stream := range b.openStreams {
		for k, mux := range muxes {
			if mux == nil {
				continue
			}
			name, limits := b.targets[k].Container.Name, mux.TimeLimits(i)
			switch {
			case stream.Video != nil:
				stream.Video.Times.restrict(name, limits)
			case stream.Subtitles != nil:
				stream.Subtitles.restrict(name, limits)
			}
		}
	}
}

func (b *builder) newRun(graph *pipeline.Run) *Run {
	first := b.cfg.Outputs[0]
	shared := queue(&b.assembly, pipeline.Packet.Free)
	shared.Share = pipeline.Packet.Ref
	r := &Run{
		Run: graph, Streams: b.openStreams, ThreadsUsed: b.threadsUsed,
		Path: first.Path, DisplayName: first.DisplayName(),
		Journal: b.cfg.Journal, lines: b.lines, openFields: b.openFields, warnings: b.warnings,
		asyncLines: fflog.NewAsyncLines(b.cfg.Journal),
		opener:     b.outputOpener(), late: b.late, shared: shared,
		muxerOptions: b.muxerOptions, keys: newKeyRequests(b.openStreams), onLeftBehind: b.cfg.OnLeftBehind,
		opened: time.Now(), before: cores.Now(),
	}
	r.opener.running, r.opener.unnamed = true, false // for outputs that are added
	r.Outputs = &Outputs{streams: len(b.streams), nodes: len(b.targets), lines: r.asyncLines, cause: r.Cause}
	return r
}

// joinAtOpen joins an output to the graph before it starts. mux is nil if the output opens itself.
func (r *Run) joinAtOpen(t *target, mux containerSink) {
	o := newOutput(t, false)
	if mux != nil {
		o.sink = mux
		o.seat = pipeline.Join(t.node, r.shared, pipeline.Sink[pipeline.Packet](mux), r.packets...)
	} else {
		var guest pipeline.Guest[pipeline.Packet]
		o, guest = r.newBestEffort(t, r.opener, false)
		o.setSeat(pipeline.JoinGuest(t.node, guestQueue(), guest, pipeline.Sink[pipeline.Packet](o.live), r.packets...))
	}
	r.Outputs.all = append(r.Outputs.all, o)
	r.watch(o)
}
