package graph

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// planOutputs resolves the containers and checks the settings of the outputs.
func (b *builder) planOutputs() error {
	outputs := b.cfg.Outputs
	for i, o := range outputs {
		planned, err := plan.NewOutput(o)
		if err != nil {
			return outputError(i, len(outputs), err)
		}
		b.targets = append(b.targets, &target{Output: planned, node: muxName(i)})
		if err := fault.First(planned.PlanSegments(len(b.cfg.Streams), b.videos()), checkFolder(o)); err != nil {
			return outputError(i, len(outputs), err)
		}
		for k := range i {
			if samePlace(outputs[k], o) {
				const text = "is given twice, as outputs %d and %d; two containers in one place destroy each other"
				return &fault.ConfigError{Field: "outputs", Value: o.DisplayName(), Reason: fmt.Sprintf(text, k, i)}
			}
			if err := clash(outputs[k], o); err != nil {
				return err
			}
		}
	}
	b.openFields = append(b.openFields, outputFields(b.targets)...)
	return plan.CheckRequired(outputs)
}

// outputError adds to an error the output that it is about, if there are several.
func outputError(i, outputs int, err error) error {
	if err == nil || outputs < 2 {
		return err
	}
	return fmt.Errorf("avloom: output %d: %w", i, fault.WithoutPrefix(err))
}

// samePlace reports whether two outputs are one file, one writer or one connection.
func samePlace(a, b plan.OutputConfig) bool {
	switch {
	case a.Kind != b.Kind:
		return false
	case a.Kind == plan.ToWriter:
		return hasIdentity(a.Writer) && a.Writer == b.Writer
	case a.Kind == plan.ToURL:
		return a.Path == b.Path
	case a.Kind == plan.ToFolder:
		return a.Path == b.Path && sameFolder(a.Dir, b.Dir)
	}
	pathA, errA := filepath.Abs(a.Path)
	pathB, errB := filepath.Abs(b.Path)
	return errA == nil && errB == nil && pathA == pathB || destination.SameFile(a.Path, b.Path)
}

// hasIdentity reports whether a writer that equals another one is the same. Writers without
// contents, such as io.Discard, are all equal.
func hasIdentity(w io.Writer) bool {
	v := reflect.ValueOf(w)
	holds := v.IsValid() && v.Type().Size() > 0 && (v.Kind() != reflect.Pointer || v.Type().Elem().Size() > 0)
	return holds && v.Comparable()
}

// openMuxers tries all headers in memory. Only then it opens the destinations of the outputs that
// are required. The result has nil for the others, which open themselves when the graph runs.
func (b *builder) openMuxers(ctx context.Context) ([]containerSink, error) {
	b.late = &lateStreams{streams: b.streams, learners: b.learners}
	opener := b.outputOpener()
	for i, t := range b.targets {
		if b.cfg.Settings.Keep != nil {
			continue // DescribeFilm has tried the header
		}
		if err := fault.First(b.checkReturn(t), b.tryHeader(opener, t)); err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
	}
	muxes := make([]containerSink, len(b.targets))
	for _, i := range b.openingOrder() {
		if b.targets[i].Config.BestEffort {
			continue
		}
		mux, err := b.openMuxer(ctx, opener, b.targets[i])
		if err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
		muxes[i] = mux
	}
	for _, t := range b.targets {
		b.warnNotCrashSafe(opener, t)
	}
	return muxes, nil
}

// tryHeader tries the header of an output in memory.
func (b *builder) tryHeader(o *outputOpener, t *target) error {
	streams, err := b.streamsFor(t)
	if err != nil {
		return err
	}
	return o.tryHeader(t, streams)
}

// streamsFor returns the streams as the container of an output gets them.
func (b *builder) streamsFor(t *target) ([]muxer.Stream, error) {
	streams := slices.Clone(b.streams)
	for i, input := range b.inputs {
		text, ok := input.(*subtitleBuild)
		if !ok {
			continue
		}
		if err := text.learn(&streams[i], t.Container.Name); err != nil {
			return nil, streamError(i, err)
		}
	}
	return streams, nil
}

// checkReturn returns an error for an output that comes back although it could not begin then.
func (b *builder) checkReturn(t *target) error {
	if t.Config.Reconnect == nil {
		return nil
	}
	return checkLaterKeys(b.openStreams)
}

// openMuxer opens the destination and writes the header. The closer of the assembly closes both.
func (b *builder) openMuxer(ctx context.Context, o *outputOpener, t *target) (containerSink, error) {
	mux, err := b.openContainer(ctx, o, t)
	if err == nil {
		b.closer.Add(mux.Close)
	}
	return mux, err
}

func (b *builder) openContainer(ctx context.Context, o *outputOpener, t *target) (containerSink, error) {
	streams, err := b.streamsFor(t)
	if err != nil {
		return nil, err
	}
	if keeper := b.cfg.Settings.Keep; keeper != nil {
		return newKeeping(keeper, streams)
	}
	if pass := b.cfg.Settings.Pass; pass != nil && pass.Number == 1 {
		return o.openFirstPass(t, streams)
	}
	return o.openMuxer(ctx, t, streams, false, &b.latest)
}

// outputOpener returns what opens the outputs of this run, also later.
func (b *builder) outputOpener() *outputOpener {
	o := &outputOpener{
		settings: b.cfg.Settings, journal: b.cfg.Journal, lines: b.lines, canceled: b.canceled,
		late: b.late, unnamed: len(b.targets) == 1, videos: b.videos(),
	}
	for _, s := range b.openStreams {
		o.encoders = append(o.encoders, s.Codec)
	}
	for _, s := range b.cfg.Streams {
		o.pictures = append(o.pictures, s.Video)
	}
	for _, input := range b.inputs {
		o.inputs = append(o.inputs, input)
	}
	return o
}

// openingOrder returns the indices of the outputs in the order in which they are opened.
// Connections are the most likely to fail. They come first, so that no file is emptied in vain.
func (b *builder) openingOrder() []int {
	order := make([]int, len(b.targets))
	for i := range order {
		order[i] = i
	}
	kind := func(i int) int { return int(b.targets[i].Config.Kind) }
	slices.SortStableFunc(order, func(x, y int) int { return kind(x) - kind(y) })
	return order
}

// warnNotCrashSafe warns if crash safety was asked for and is not possible.
func (b *builder) warnNotCrashSafe(o *outputOpener, t *target) {
	streams, err := b.streamsFor(t)
	if err != nil {
		return // openMuxers has found that before
	}
	text := o.crashSafeWarning(t, streams)
	if text != "" {
		b.warn(warning{pipeline.NoStream, t.node, text})
	}
}
