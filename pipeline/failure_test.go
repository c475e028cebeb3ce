package pipeline

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// way is how a call into a node can fail.
type way struct {
	fail  func() error
	check func(t *testing.T, err error)
}

var ways = map[string]way{
	"error": {
		func() error { return errBoom },
		func(t *testing.T, err error) { assert.Equal(t, errBoom, err) },
	},
	"panic with an error": {
		func() error { panic(errBoom) },
		func(t *testing.T, err error) {
			assert.ErrorIs(t, err, errBoom)
			var p *PanicError
			require.ErrorAs(t, err, &p)
			assert.Contains(t, string(p.Stack), "failure_test.go")
		},
	},
	"panic": {
		func() error { panic("oh no") },
		func(t *testing.T, err error) {
			var p *PanicError
			require.ErrorAs(t, err, &p)
			assert.Equal(t, "oh no", p.Value)
			assert.NoError(t, p.Unwrap())
		},
	},
	"exit of the goroutine": {
		func() error { runtime.Goexit(); return nil },
		func(t *testing.T, err error) { assert.Equal(t, errGoexit, err) },
	},
}

// place is a call into a node: into the processor of stream 1, or into the sink behind both
// streams.
type place struct {
	set      func(p *fakeProcessor, s *fakeSink, fail func() error)
	node     string
	stream   int
	noErrors bool // the call cannot return one
	late     int  // how many of the two are flushed before or in it
}

var places = map[string]place{
	"Process": {node: "b", stream: 1, set: func(p *fakeProcessor, _ *fakeSink, fail func() error) {
		p.process = func(_ context.Context, in int, emit Emit[int]) error {
			if in == 3 {
				return fail()
			}
			return emit(in)
		}
	}},
	"Flush": {node: "b", stream: 1, late: 1, set: func(p *fakeProcessor, _ *fakeSink, fail func() error) {
		p.flush = func(context.Context, Emit[int]) error { return fail() }
	}},
	"Close": {node: "b", stream: 1, noErrors: true, late: 1, set: func(p *fakeProcessor, _ *fakeSink, fail func() error) {
		p.close = func() { _ = fail() }
	}},
	"Consume": {node: "sink", stream: NoStream, set: func(_ *fakeProcessor, s *fakeSink, fail func() error) {
		s.consume = func(_ context.Context, input, v int) error {
			if input == 1 && v == 3 {
				return fail()
			}
			return nil
		}
	}},
	"EndInput": {node: "sink", stream: NoStream, late: 1, set: func(_ *fakeProcessor, s *fakeSink, fail func() error) {
		s.endInput = func(_ context.Context, input int) error {
			if input == 1 {
				return fail()
			}
			return nil
		}
	}},
	"Sync": {node: "sink", stream: NoStream, set: func(_ *fakeProcessor, s *fakeSink, fail func() error) {
		s.sync = func(context.Context) error { return fail() }
	}},
	"Flush of the sink": {node: "sink", stream: NoStream, late: 2, set: func(
		_ *fakeProcessor, s *fakeSink, fail func() error,
	) {
		s.flush = func(context.Context) error { return fail() }
	}},
	"Close of the sink": {node: "sink", stream: NoStream, late: 2, noErrors: true, set: func(
		_ *fakeProcessor, s *fakeSink, fail func() error,
	) {
		s.close = func() { _ = fail() }
	}},
}

// A graph of two streams fails in each call into a node, in each way in which that can fail.
func TestFailures(t *testing.T) {
	for where, place := range places {
		for how, way := range ways {
			if place.noErrors && how == "error" {
				continue
			}
			t.Run(where+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testFailure(t, place, way) })
			})
		}
	}
}

// testFailure gives the run some items, lets it sync and closes it: sooner or later that reaches
// the place.
func testFailure(t *testing.T, place place, way way) {
	node, sink := &fakeProcessor{}, &fakeSink{}
	place.set(node, sink, way.fail)
	run, a, b := startTwo(t, node, sink)
	for _, v := range count(8) {
		_ = b.Send(t.Context(), v)
	}
	_ = run.Sync(t.Context())
	b.End()
	err := run.Close()

	var named *NodeError
	require.ErrorAs(t, err, &named)
	assert.Equal(t, place.node, named.Node)
	assert.Equal(t, place.stream, named.Stream)
	way.check(t, named.Err)
	assertCause(t, run, a, err)
	assert.EqualValues(t, 1, node.closed.Load())
	assert.EqualValues(t, 1, sink.closed.Load())
	assert.EqualValues(t, min(place.late, 1), node.flushed.Load())
	assert.EqualValues(t, max(place.late, 1)-1, sink.flushed.Load())
}

// startTwo starts two streams, with an idle processor and with node, which join in the sink.
func startTwo(t *testing.T, node *fakeProcessor, sink *fakeSink) (run *Run, a, b *Source[int]) {
	run = NewRun(t.Context())
	a, outA := NewSource[int](run, "source", 0)
	b, outB := NewSource[int](run, "source", 1)
	outA = Connect(outA, "a", Queue[int]{}, &fakeProcessor{})
	outB = Connect(outB, "b", Queue[int]{}, node)
	Join("sink", Queue[int]{}, sink, outA, outB)
	run.Start()
	return run, a, b
}

// assertCause asserts that every caller of a run that has stopped sees this very cause.
func assertCause(t *testing.T, run *Run, source *Source[int], err error) {
	t.Helper()
	assert.Same(t, err, run.Wait())
	assert.Same(t, err, run.Close())
	assert.Same(t, err, run.Abort(errors.New("too late")))
	assert.Same(t, err, run.Cause())
	assert.Same(t, err, run.Sync(t.Context()))
	assert.Same(t, err, source.Send(t.Context(), 0))
	assert.True(t, isClosed(run.Done()))
}
