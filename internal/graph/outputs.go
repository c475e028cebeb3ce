package graph

import (
	"context"
	"fmt"
	"maps"
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
		for k := range i {
			if samePlace(outputs[k], o) {
				const text = "is given twice, as outputs %d and %d; two containers in one place destroy each other"
				return &fault.ConfigError{Field: "outputs", Value: o.DisplayName(), Reason: fmt.Sprintf(text, k, i)}
			}
		}
	}
	b.openFields = append(b.openFields, outputFields(b.targets)...)
	return nil
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
		return reflect.ValueOf(a.Writer).Comparable() && a.Writer == b.Writer
	case a.Kind == plan.ToURL:
		return a.Path == b.Path
	}
	pathA, errA := filepath.Abs(a.Path)
	pathB, errB := filepath.Abs(b.Path)
	return errA == nil && errB == nil && pathA == pathB || destination.SameFile(a.Path, b.Path)
}

// openMuxers tries all headers in memory. Only then it opens the destinations.
func (b *builder) openMuxers(ctx context.Context) (Sinks, error) {
	for i, t := range b.targets {
		if err := b.tryHeader(t); err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
	}
	sinks := make(Sinks, len(b.targets))
	for _, i := range b.openingOrder() {
		mux, err := b.openMuxer(ctx, b.targets[i])
		if err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
		sinks[i] = mux
	}
	for _, t := range b.targets {
		b.warnNotCrashSafe(t)
	}
	return sinks, nil
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
func (b *builder) warnNotCrashSafe(t *target) {
	asked := t.Config.CrashSafe != nil && *t.Config.CrashSafe
	if !asked || muxer.CanBeCrashSafe(b.muxerConfig(t), t.dryDestination()) {
		return
	}
	const text = "%s will not be crash-safe: the container, the streams or the options do not allow it"
	b.warn(warning{pipeline.NoStream, t.node, fmt.Sprintf(text, t.Config.DisplayName())})
}

// outputName returns the name of an output in errors: "" if it is the only one.
func (b *builder) outputName(t *target) string {
	if len(b.targets) == 1 {
		return ""
	}
	return t.Config.DisplayName()
}

// muxerConfig returns the config of the muxer of an output.
func (b *builder) muxerConfig(t *target) muxer.Config {
	return muxer.Config{
		Name:      b.outputName(t),
		Format:    t.Container.Name,
		Options:   t.MuxerOptions,
		Metadata:  maps.Clone(t.Config.Metadata),
		Streams:   b.streams,
		Log:       b.lines.LogFor(t.node, pipeline.NoStream),
		CrashSafe: t.Config.WantsCrashSafe(b.cfg.Settings.Temporary),
		Patience:  t.Config.PatienceOrZero(),
	}
}

// tryHeader writes a header in memory. If that fails, its error explains why.
func (b *builder) tryHeader(t *target) error {
	if err := t.CheckMetadata(); err != nil {
		return err
	}
	cfg, dst := b.muxerConfig(t), t.dryDestination()
	err := muxer.Try(cfg, dst)
	if err == nil {
		return nil
	}
	r := &refusal{target: t, canceled: b.canceled}
	for _, input := range b.inputs {
		r.inputs = append(r.inputs, input)
	}
	return r.explain(cfg, dst, err)
}

// openMuxer opens the destination and writes the header.
func (b *builder) openMuxer(ctx context.Context, t *target) (*muxer.Mux, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	dst, err := t.open(ctx, b.lines.LogFor(t.node, pipeline.NoStream), b.cfg.Journal.Callbacks)
	if err != nil {
		return nil, err
	}
	b.latest.Store(dst)
	if ctx.Err() != nil {
		dst.GiveUp() // nothing was written
		return nil, context.Cause(ctx)
	}
	mux, err := muxer.New(b.muxerConfig(t), dst)
	if err != nil {
		return nil, fmt.Errorf("avloom: %s: %w", t.Container.Name, err)
	}
	b.closer.Add(mux.Close)
	return mux, nil
}
