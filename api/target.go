package api

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// target is an output on its way to being opened.
type target struct {
	output    Output
	node      string  // the actor that writes it
	address   address // of a URL
	container astiavx.Container
	muxer     map[string]string // options
	protocol  map[string]string // options
	saidIn    map[string]string // where each of the muxer's comes from, for messages
}

// at is the builder with another target: what it says of a container, it says of this one.
func (b *builder) at(t *target) *builder {
	other := *b
	other.target = t
	return &other
}

// prepareOutputs finds the containers, and checks what was said about the outputs.
func (b *builder) prepareOutputs(outputs []Output) error {
	for i, o := range outputs {
		b.target = &target{output: o, node: muxName(i), saidIn: map[string]string{}}
		b.targets = append(b.targets, b.target)
		if err := b.prepareOutput(o); err != nil {
			return b.outputError(i, err)
		}
		for k := range i {
			if samePlace(outputs[k], o) {
				return &ConfigError{Field: "outputs", Value: o.shown(), Reason: fmt.Sprintf("is given twice, as outputs %d and %d; two containers in one place destroy each other", k, i)}
			}
		}
	}
	b.target = b.targets[0]
	b.chosen = append(b.chosen, b.chosenOutputs()...)
	return nil
}

// containers are those of all targets.
func (b *builder) containers() []astiavx.Container {
	all := make([]astiavx.Container, len(b.targets))
	for i, t := range b.targets {
		all[i] = t.container
	}
	return all
}

// outputError says which of several outputs is wrong.
func (b *builder) outputError(i int, err error) error {
	if err == nil || len(b.targets) < 2 && i == 0 {
		return err
	}
	return fmt.Errorf("avloom: output %d: %w", i, withoutPrefix(err))
}

// samePlace says whether two outputs are one file, one writer or one connection.
func samePlace(a, b Output) bool {
	switch {
	case a.kind != b.kind:
		return false
	case a.kind == toWriter:
		return reflect.ValueOf(a.writer).Comparable() && a.writer == b.writer
	case a.kind == toURL:
		return a.path == b.path
	}
	pathA, errA := filepath.Abs(a.path)
	pathB, errB := filepath.Abs(b.path)
	return errA == nil && errB == nil && pathA == pathB || destination.SameFile(a.path, b.path)
}

// shape stands for the target's destination, for muxer.Try.
func (t *target) shape() *destination.Destination {
	switch t.output.kind {
	case toWriter:
		return destination.NewWriter(t.output.writer)
	case toURL:
		return destination.DryConnection()
	default:
		return destination.DryFile(t.output.path)
	}
}

// frontToBack says whether a destination cannot be sought.
func (b *builder) frontToBack() bool {
	return slices.ContainsFunc(b.targets, func(t *target) bool { return !t.shape().CanSeek() })
}

// touch opens the destination itself. Where ctx ends, a connection is not waited for; what FFmpeg says of one goes to the log, which may be nil.
func (t *target) touch(ctx context.Context, log *astiavx.Log, inside *pipeline.Callbacks) (*destination.Destination, error) {
	switch t.output.kind {
	case toWriter:
		if _, ours := t.output.writer.(*MemoryFile); ours {
			return destination.NewWriter(t.output.writer), nil
		}
		return destination.NewUserWriter(t.output.writer, inside), nil
	case toURL:
		return t.connect(ctx, log)
	}
	dst, err := destination.CreateFile(t.output.path)
	if err != nil {
		return nil, fmt.Errorf("avloom: open the file: %w", err)
	}
	return dst, nil
}

func (t *target) connect(ctx context.Context, log *astiavx.Log) (*destination.Destination, error) {
	lines := &connectionLines{redactor: t.address.redactor(t.protocol), log: log}
	if t.address.protocol.Name == "srt" {
		lines.broken = srtIsBroken
	}
	begun := time.Now()
	dst, err := t.address.protocol.Connect(ctx, destination.Link{
		URL: t.address.url, Container: t.container, Options: t.protocol, Log: lines.all(), Explain: lines.explain,
	})
	switch {
	case err == nil:
		lines.connected()
		return dst, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	if unanswered := t.unanswered(err, time.Since(begun), lines.haveBegun("Connection to ")); unanswered != nil {
		lines.forget() // FFmpeg says no more than that there was an error
		err = unanswered
	}
	return nil, fmt.Errorf("avloom: connect to %w", lines.explain(err))
}

// inOrderOfRisk are the indices of the targets, connections first: what is most likely to fail comes before a file is emptied.
func (b *builder) inOrderOfRisk() []int {
	order := make([]int, len(b.targets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return int(b.targets[x].output.kind) - int(b.targets[y].output.kind) })
	return order
}
