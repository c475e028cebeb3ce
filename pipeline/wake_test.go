package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stuckSink blocks in a call until it is woken or let go.
type stuckSink struct {
	fakeSink
	wake  func(s *stuckSink) // nil: lets go
	woken atomic.Int32
	once  sync.Once
	gate  chan struct{}
}

func newStuckSink() *stuckSink {
	s := &stuckSink{gate: make(chan struct{})}
	s.consume = block(s.gate)
	return s
}

func (s *stuckSink) letGo() { s.once.Do(func() { close(s.gate) }) }

func (s *stuckSink) Wake() {
	s.woken.Add(1)
	if s.wake != nil {
		s.wake(s)
		return
	}
	s.letGo()
}

// startStuck starts source → processor → sink, with the sink stuck and items in all queues.
func startStuck(t *testing.T, sink Sink[int]) (*Run, *fakeProcessor, *bin) {
	run, freed, node := NewRun(t.Context()), &bin{}, &fakeProcessor{}
	queue := Queue[int]{Free: freed.free}
	source, out := NewSource[int](run, "source", 0)
	Join("sink", queue, sink, Connect(out, "node", queue, node))
	run.Start()
	for _, v := range count(4) {
		require.NoError(t, source.Send(t.Context(), v))
	}
	synctest.Wait()
	return run, node, freed
}

func TestWake(t *testing.T) {
	tests := map[string]struct {
		wake func(s *stuckSink)
		want time.Duration
	}{
		"returns the call":    {nil, wakeAfter},
		"panics":              {func(s *stuckSink) { s.letGo(); panic("oh no") }, wakeAfter},
		"takes a while":       {func(s *stuckSink) { s.letGo(); time.Sleep(time.Millisecond) }, wakeAfter + time.Millisecond},
		"has effect later":    {func(s *stuckSink) { time.AfterFunc(time.Second/2, s.letGo) }, wakeAfter + time.Second/2},
		"blocks for too long": {func(s *stuckSink) { s.letGo(); time.Sleep(time.Hour) }, wakeAfter + abandonAfter},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := newStuckSink()
				sink.wake = test.wake
				run, node, freed := startStuck(t, sink)
				start := time.Now()
				assert.Equal(t, ErrAborted, run.Abort(nil))
				assert.Equal(t, test.want, time.Since(start))
				_, _, abandoned := run.Stats()
				assert.Zero(t, abandoned)
				assert.EqualValues(t, 1, sink.woken.Load())
				assert.EqualValues(t, 1, sink.closed.Load())
				assert.EqualValues(t, 1, node.closed.Load())
				assert.Equal(t, []int{1, 2, 3}, freed.contents())
				time.Sleep(time.Hour) // for the goroutine that was left behind
			})
		})
	}
}

func TestNobodyIsWokenWithoutNeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newStuckSink()
		run, _, _ := startStuck(t, sink)
		time.AfterFunc(wakeAfter/2, sink.letGo)
		assert.Equal(t, ErrAborted, run.Abort(nil))
		assert.Zero(t, sink.woken.Load())
	})
}

func TestEveryStuckCopyIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		source, out := NewSource[int](run, "source", 0)
		var sinks [3]*stuckSink // as processors
		var copies []Processor[int, int]
		for i := range sinks {
			sinks[i] = newStuckSink()
			copies = append(copies, wakableProcessor{sinks[i], &fakeProcessor{}})
		}
		Join("sink", Queue[int]{}, &fakeSink{}, Connect(out, "copies", Queue[int]{}, copies...))
		run.Start()
		require.NoError(t, source.Send(t.Context(), 0))
		require.NoError(t, source.Send(t.Context(), 1))
		synctest.Wait()
		start := time.Now()
		assert.Equal(t, ErrAborted, run.Abort(nil))
		assert.Equal(t, wakeAfter, time.Since(start))
		woken := 0
		for _, s := range sinks {
			woken += int(s.woken.Load())
		}
		assert.Equal(t, 2, woken, "the third copy has nothing in hand and has closed")
	})
}

// wakableProcessor is a processor that is stuck as a stuckSink is.
type wakableProcessor struct {
	*stuckSink
	*fakeProcessor
}

func (p wakableProcessor) Process(ctx context.Context, in int, _ Emit[int]) error {
	return p.Consume(ctx, 0, in)
}

func (p wakableProcessor) Flush(ctx context.Context, emit Emit[int]) error {
	return p.fakeProcessor.Flush(ctx, emit)
}

func (p wakableProcessor) Close() { p.fakeProcessor.Close() }

// A node that can not be woken is left behind. When it returns after all, everything that waited
// for it is freed.
func TestAbandon(t *testing.T) {
	stuckIn := map[string]func(s *fakeSink, gate chan struct{}){
		"Consume": func(s *fakeSink, gate chan struct{}) { s.consume = block(gate) },
		"Close": func(s *fakeSink, gate chan struct{}) {
			s.consume = func(ctx context.Context, _, _ int) error { <-ctx.Done(); return nil }
			s.close = func() { <-gate }
		},
	}
	for name, set := range stuckIn {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate, sink := make(chan struct{}), &fakeSink{}
				set(sink, gate)
				run, node, freed := startStuck(t, sink)
				start := time.Now()
				assert.Equal(t, ErrAborted, run.Abort(nil))
				assert.Less(t, time.Since(start), time.Second)
				_, _, abandoned := run.Stats()
				assert.Equal(t, 1, abandoned)
				assert.EqualValues(t, 1, node.closed.Load(), "all others are closed")
				assert.Equal(t, ErrAborted, run.Close())
				assert.Less(t, time.Since(start), time.Second)

				close(gate)
				synctest.Wait()
				assert.EqualValues(t, 1, sink.closed.Load())
				assert.Zero(t, sink.flushed.Load())
				assert.Equal(t, []int{1, 2, 3}, freed.contents())
				assert.Equal(t, ErrAborted, run.Wait())
			})
		})
	}
}

// A call of Close that is under way ends when the run does, although the sink never comes back.
func TestCloseOfAStuckRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		run, _, _ := startStuck(t, &fakeSink{consume: block(gate)})
		closed := later(run.Close)
		assert.True(t, pending(closed), "until then it waits")
		assert.Equal(t, errBoom, run.Abort(errBoom))
		assert.Equal(t, errBoom, <-closed)
		close(gate)
	})
}
