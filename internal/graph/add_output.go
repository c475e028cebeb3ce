package graph

import (
	"context"
	"errors"
	"sync"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// AddOutput adds an output to the running graph. It begins at a key frame, for which it asks. A
// required output is connected before AddOutput returns, unless ctx ends or the run stops before.
// When the run is over or is being closed, the error is the cause of its end, or ErrOver.
func (r *Run) AddOutput(ctx context.Context, config plan.OutputConfig) (*Output, error) {
	ctx, cancel := r.With(ctx)
	defer cancel()
	a := &adding{run: r, ctx: ctx, config: config, opener: *r.opener}
	a.opener.canceled = func() bool { return ctx.Err() != nil }
	// The caller's writer and logger are called in there.
	open := func() (o *Output, err error) {
		r.Journal.Callbacks.Call(func() { o, err = a.open() })
		return o, err
	}
	o, left, err := pipeline.Attempt(ctx, open, a.wake, func(o *Output) { r.takeBack(o, context.Cause(ctx)) })
	if left {
		r.onLeftBehind()
		path := zap.String("path", config.DisplayName())
		r.asyncLines.Add(zap.WarnLevel, "left behind: AddOutput, in a call that did not return", path)
	}
	return o, err
}

// takeBack ends an output that nobody has a handle of, because AddOutput ended before.
func (r *Run) takeBack(o *Output, cause error) {
	o.seat.OnEnd(func() { r.Outputs.Forget(o) })
	o.seat.Stop(cause)
}

// adding is a call of AddOutput.
type adding struct {
	run    *Run
	ctx    context.Context //nolint:containedctx // of the call
	config plan.OutputConfig
	opener outputOpener
	latest latestDestination
}

// open checks the output, opens it if it is required, and joins it to the graph.
func (a *adding) open() (*Output, error) {
	planned, err := plan.NewOutput(a.config)
	if err != nil {
		return nil, err
	}
	for i, options := range a.run.muxerOptions {
		if err := planned.AddStreamOptions(options, i); err != nil {
			return nil, err
		}
	}
	err = fault.First(
		checkLaterKeys(a.run.Streams),
		planned.PlanSegments(len(a.opener.encoders), a.opener.videos), checkFolder(a.config),
	)
	if err != nil {
		return nil, err
	}
	place, err := a.run.Outputs.reserve(a.config)
	if err != nil {
		return nil, err
	}
	removeSegments, err := a.run.addSegments(planned)
	if err != nil {
		a.run.Outputs.cancel(place)
		return nil, err
	}
	o, err := a.join(&target{Output: planned, node: place.node})
	if err != nil {
		removeSegments()
		a.run.Outputs.cancel(place)
		return nil, err
	}
	if planned.Segments.Every != nil {
		o.uncut = sync.OnceFunc(removeSegments)
		o.seat.OnEnd(o.uncut)
	}
	a.run.Outputs.add(o, place)
	a.run.welcome(o, planned)
	return o, nil
}

// join tries the header in memory, and joins the output to the graph.
func (a *adding) join(t *target) (*Output, error) {
	streams, err := a.run.late.describe(t.Container.Name)
	if errors.Is(err, ErrOver) {
		return nil, a.run.causeOr(err)
	}
	if err != nil {
		return nil, err
	}
	defer freeStreams(streams)
	if err := a.opener.tryHeader(t, streams); err != nil {
		return nil, err
	}
	if text := a.opener.crashSafeWarning(t, streams); text != "" {
		a.run.asyncLines.Add(zap.WarnLevel, text, zap.String("node", t.node))
	}
	if t.Config.BestEffort {
		return a.joinBestEffort(t)
	}
	return a.joinRequired(t, streams)
}

func (a *adding) joinBestEffort(t *target) (*Output, error) {
	o, guest := a.run.newBestEffort(t, a.run.opener, true)
	sink := pipeline.Sink[pipeline.Packet](o.live)
	seat, err := pipeline.JoinRunningGuest(t.node, guestQueue(), guest, sink, a.run.packets...)
	if err != nil {
		return nil, a.run.causeOr(err)
	}
	o.setSeat(seat)
	return o, nil
}

// joinRequired opens the destination, and joins the output to the graph.
func (a *adding) joinRequired(t *target, streams []muxer.Stream) (*Output, error) {
	mux, err := a.opener.openMuxer(a.ctx, t, streams, true, &a.latest)
	if err != nil {
		return nil, err
	}
	r := a.run
	start := r.beginNow()
	begins := func(input int, p pipeline.Packet) bool {
		if start.with(input, p) {
			return true
		}
		r.keys.forJoin(input)
		return false
	}
	seat, err := pipeline.JoinRunning(t.node, r.shared, begins, pipeline.Sink[pipeline.Packet](mux), r.packets...)
	if err != nil {
		mux.Close()
		return nil, r.causeOr(err)
	}
	o := newOutput(t, true)
	o.sink, o.seat = mux, seat
	return o, nil
}

// wake makes a blocked write of a header return.
func (a *adding) wake() {
	dst := a.latest.Load()
	if dst != nil {
		dst.Wake()
	}
}

// welcome asks for the key frames with which a new output begins, and logs that there is one.
func (r *Run) welcome(o *Output, planned *plan.Output) {
	for i, needsKey := range pictures(r.Streams) {
		if needsKey {
			r.keys.forJoin(i)
		}
	}
	r.watch(o)
	container := zap.String("container", planned.Container.Name)
	r.asyncLines.Add(zap.InfoLevel, "an output joins", append(o.fields(), container)...)
}

// watch has the end of an output logged.
func (r *Run) watch(o *Output) { o.seat.OnEnd(func() { r.Outputs.reportEnd(o) }) }

// causeOr returns why the run stopped, or ErrOver if it is being closed or is over.
func (r *Run) causeOr(error) error {
	if cause := r.Cause(); cause != nil {
		return cause
	}
	return ErrOver
}
