package pipeline

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFailingConsumer(t *testing.T) {
	for _, failing := range []int{0, 1} {
		t.Run(fmt.Sprintf("sink %d", failing), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sinks := []*fakeSink{{}, {}}
				sinks[failing].consume = func(_ context.Context, _, v int) error {
					if v == 3 {
						return errBoom
					}
					return nil
				}
				f := startFork(t, 2, &fakeProcessor{}, sinks...)
				sent := <-f.sendLater(t, count(10)...)
				err := f.run.Close()
				var node *NodeError
				require.ErrorAs(t, err, &node)
				assert.Equal(t, NodeError{Node: fmt.Sprintf("sink %d", failing), Stream: NoStream, Err: errBoom}, *node)
				assert.Equal(t, err, sent)
				assert.Zero(t, f.live.Load(), "each reference is consumed or freed")
				for _, sink := range sinks {
					assert.Zero(t, sink.flushed.Load())
					assert.EqualValues(t, 1, sink.closed.Load())
				}
				f.requireLaw(t)
			})
		})
	}
}

func TestHardStopWithSeveralConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, other := newStuckSink(), &fakeSink{}
		f := &fork{run: NewRun(t.Context())}
		source, out := NewSource[int](f.run, "source", 0)
		f.source = source
		out = Connect(out, "node", f.queue(1), Processor[int, int](&fakeProcessor{}))
		f.joinSink("other", f.queue(1), other, out)
		f.live.Add(1) // the stuck sink does not say that it consumes
		Join("stuck", f.queue(1), Sink[int](stuck), out)
		f.run.Start()
		sent := f.sendLater(t, count(10)...)
		require.True(t, pending(sent))
		start := time.Now()
		require.ErrorIs(t, f.run.Abort(errBoom), errBoom)
		assert.Equal(t, wakeAfter, time.Since(start), "the one that is stuck is woken")
		require.ErrorIs(t, <-sent, errBoom)
		assert.EqualValues(t, 2, f.live.Load()) // see above, and the one that was in the stuck sink
		assert.Zero(t, other.flushed.Load())
		assert.EqualValues(t, 1, other.closed.Load())
		for _, e := range f.requireLaw(t) {
			assert.Zero(t, e.Queued)
		}
	})
}

// A sink that cannot be flushed leaves the others whole, also those that have not consumed
// everything yet.
func TestOtherSinksAreFlushed(t *testing.T) {
	for _, failing := range []int{0, 1} {
		t.Run(fmt.Sprintf("sink %d", failing), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sinks := []*fakeSink{{}, {}}
				sinks[failing].flush = func(context.Context) error { return errBoom }
				slow := sinks[1-failing]
				slow.consume = func(context.Context, int, int) error { time.Sleep(time.Second); return nil }
				f := startFork(t, 8, &fakeProcessor{}, sinks...)
				f.send(t, count(5)...)
				err := f.run.Close()
				var node *NodeError
				require.ErrorAs(t, err, &node)
				assert.Equal(t, fmt.Sprintf("sink %d", failing), node.Node)
				assert.Equal(t, error(node), err, "one failure is returned as it is")
				assert.Equal(t, err, f.run.Cause())
				assert.Equal(t, count(5), slow.taken(0))
				assert.EqualValues(t, 1, slow.flushed.Load())
				assert.Zero(t, f.live.Load())
			})
		})
	}
}

// Where several sinks fail at the end, no failure is lost.
func TestSeveralSinksFailAtTheEnd(t *testing.T) {
	errOther := errors.New("another")
	fails := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	later := func(context.Context) error { time.Sleep(time.Second); return errOther }
	tests := map[string]struct {
		sinks []*fakeSink
		want  []error
	}{
		"both flushes":         {[]*fakeSink{{flush: fails(errBoom)}, {flush: later}}, []error{errBoom, errOther}},
		"a close, and a flush": {[]*fakeSink{{close: func() { panic(errBoom) }}, {flush: later}}, []error{errBoom, errOther}},
		"a flush, and an item of another": {[]*fakeSink{
			{flush: fails(errBoom)},
			{consume: func(context.Context, int, int) error { time.Sleep(time.Second); return errOther }},
		}, []error{errBoom, errOther}},
		"a close alone": {[]*fakeSink{{}, {close: func() { panic(errOther) }}}, []error{errOther}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := startFork(t, 8, &fakeProcessor{}, test.sinks...)
				f.send(t, 0)
				err := f.run.Close()
				for _, want := range test.want {
					require.ErrorIs(t, err, want)
				}
				var node *NodeError
				require.ErrorAs(t, err, &node)
				require.ErrorIs(t, node, test.want[0], "the first one comes first")
				require.Equal(t, err, f.run.Abort(nil))
			})
		})
	}
}

// A run can be aborted while one sink has failed at the end and another one does not come to it.
func TestAbortAfterAFailureAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := &fakeSink{flush: func(context.Context) error { return errBoom }}
		gate := make(chan struct{})
		f := startFork(t, 2, &fakeProcessor{}, failing, &fakeSink{consume: block(gate)})
		f.send(t, 0)
		closed := later(f.run.Close)
		require.True(t, pending(closed))
		start := time.Now()
		err := f.run.Abort(nil)
		require.ErrorIs(t, err, ErrAborted)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, err, <-closed)
		require.Less(t, time.Since(start), time.Second)
		close(gate)
	})
}
