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

// planOutputs finds the containers and checks the settings of the outputs.
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
				return &fault.ConfigError{
					Field:  "outputs",
					Value:  o.DisplayName(),
					Reason: fmt.Sprintf("is given twice, as outputs %d and %d; two containers in one place destroy each other", k, i),
				}
			}
		}
	}
	b.chosen = append(b.chosen, b.chosenOutputs()...)
	return nil
}

// outputError says which of several outputs is wrong.
func outputError(i, outputs int, err error) error {
	if err == nil || outputs < 2 {
		return err
	}
	return fmt.Errorf("avloom: output %d: %w", i, fault.WithoutPrefix(err))
}

// samePlace says whether two outputs are one file, one writer or one connection.
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

// openMuxers tries the headers in memory, and only then opens the destinations.
func (b *builder) openMuxers(ctx context.Context) (Sinks, error) {
	for i, t := range b.targets {
		if err := b.tryHeader(t); err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
	}
	opened := make(Sinks, len(b.targets))
	for _, i := range b.inOrderOfRisk() {
		var err error
		if opened[i], err = b.openMuxer(ctx, b.targets[i]); err != nil {
			return nil, outputError(i, len(b.targets), err)
		}
	}
	for _, t := range b.targets {
		b.noteCrashSafety(t)
	}
	return opened, nil
}

// inOrderOfRisk are the indices of the outputs, connections first: those most likely to fail come
// before a file is emptied.
func (b *builder) inOrderOfRisk() []int {
	order := make([]int, len(b.targets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return int(b.targets[x].Config.Kind) - int(b.targets[y].Config.Kind) })
	return order
}

// noteCrashSafety notes where crash safety was asked for and cannot be had.
func (b *builder) noteCrashSafety(t *target) {
	asked := t.Config.CrashSafe != nil && *t.Config.CrashSafe
	if asked && !muxer.CanBeCrashSafe(b.header(t), t.shape()) {
		b.lost = append(b.lost, lostWish{pipeline.NoStream, t.node, "what is written to " + t.Config.DisplayName() +
			" will not be crash-safe: that cannot be had with this container, these streams or these options"})
	}
}

// outputName is the name of an output in errors: "" where there is only one.
func (b *builder) outputName(t *target) string {
	if len(b.targets) == 1 {
		return ""
	}
	return t.Config.DisplayName()
}

// header is what the muxer of an output is told.
func (b *builder) header(t *target) muxer.Config {
	return muxer.Config{
		Name: b.outputName(
			t,
		),
		Format:   t.Container.Name,
		Options:  t.MuxerOptions,
		Metadata: maps.Clone(t.Config.Metadata),
		Streams:  b.streams,
		Log: b.lines.LogFor(
			t.node,
			pipeline.NoStream,
		),
		CrashSafe: t.Config.WantsCrashSafe(b.cfg.Settings.Temporary),
		Patience:  t.Config.PatienceOrZero(),
	}
}

// tryHeader writes a header in memory, and explains why it fails.
func (b *builder) tryHeader(t *target) error {
	if err := t.CheckMetadata(); err != nil {
		return err
	}
	cfg, shape := b.header(t), t.shape()
	err := muxer.Try(cfg, shape)
	if err == nil {
		return nil
	}
	r := &refusal{target: t, inputs: b.inputs, canceled: b.canceled}
	return r.explain(cfg, shape, err)
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
	b.dst.Store(dst)
	if ctx.Err() != nil {
		dst.GiveUp() // nothing was written
		return nil, context.Cause(ctx)
	}
	mux, err := muxer.New(b.header(t), dst)
	if err != nil {
		return nil, fmt.Errorf("avloom: %s: %w", t.Container.Name, err)
	}
	b.opened.Add(mux.Close)
	return mux, nil
}
