package pipeline

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tickingSink wants to be called a second after the last item, and notes when it is.
type tickingSink struct {
	fakeSink
	due  time.Time
	tick func() error

	supply *Supply // of input 0

	mu    sync.Mutex
	ticks []time.Time
	quiet []bool // whether nothing was on its way then to input 0
}

func (s *tickingSink) Expect(supplies []*Supply) { s.supply = supplies[0] }

// noted returns when it was called, after start, and what it was told.
func (s *tickingSink) noted(start time.Time) (after []time.Duration, quiet []bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.ticks {
		after = append(after, t.Sub(start))
	}
	return after, slices.Clone(s.quiet)
}

func newTickingSink() *tickingSink {
	s := &tickingSink{}
	s.consume = func(context.Context, int, int) error {
		s.due = time.Now().Add(time.Second)
		return nil
	}
	return s
}

func (s *tickingSink) Due() time.Time { return s.due }

func (s *tickingSink) Tick(context.Context) error {
	s.due = time.Time{}
	s.mu.Lock()
	s.ticks, s.quiet = append(s.ticks, time.Now()), append(s.quiet, !s.supply.Underway())
	s.mu.Unlock()
	if s.tick == nil {
		return nil
	}
	return s.tick()
}

// startTicking starts source → processor → sink.
func startTicking(t *testing.T, sink Sink[int], processor *fakeProcessor) (*Run, *Source[int]) {
	t.Helper()
	run := NewRun(t.Context())
	source, out := NewSource[int](run, "source", 7)
	Join("sink", Queue[int]{}, sink, Connect(out, "node", Queue[int]{}, Processor[int, int](processor)))
	run.Start()
	t.Cleanup(func() { _ = run.Abort(nil) })
	return run, source
}

func TestTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newTickingSink()
		run, source := startTicking(t, sink, &fakeProcessor{})
		time.Sleep(time.Hour)
		start := time.Now()
		for range 3 { // each puts it off
			require.NoError(t, source.Send(t.Context(), 0))
			time.Sleep(900 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		require.NoError(t, source.Send(t.Context(), 0))
		synctest.Wait()
		require.NoError(t, run.Close(), "does not wait for the next")
		after, quiet := sink.noted(start)
		require.Equal(t, []time.Duration{2800 * time.Millisecond}, after)
		require.Equal(t, []bool{true}, quiet)
		require.EqualValues(t, 1, sink.flushed.Load())
	})
}

func TestNoTickAfterAllInputsHaveEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newTickingSink()
		run, source := startTicking(t, sink, &fakeProcessor{})
		require.NoError(t, source.Send(t.Context(), 0))
		source.End()
		time.Sleep(time.Hour)
		require.NoError(t, run.Close())
		after, _ := sink.noted(time.Now())
		require.Empty(t, after)
	})
}

// TestNotQuiet looks at a stream while there is something of it in each place where it can be.
func TestNotQuiet(t *testing.T) {
	tests := map[string]func(t *testing.T, source *Source[int]){
		"in a node": func(t *testing.T, source *Source[int]) { require.NoError(t, source.Send(t.Context(), 1)) },
		"in a queue, and with whoever feeds it": func(t *testing.T, source *Source[int]) {
			for range 3 {
				later(func() error { return source.Send(t.Context(), 1) })
			}
		},
	}
	for name, fill := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink, node, gate := newTickingSink(), &fakeProcessor{}, make(chan struct{})
				node.process = func(_ context.Context, in int, emit Emit[int]) error {
					if in > 0 {
						<-gate
					}
					return emit(in)
				}
				run, source := startTicking(t, sink, node)
				require.NoError(t, source.Send(t.Context(), 0))
				synctest.Wait()
				fill(t, source)
				time.Sleep(2 * time.Second)
				synctest.Wait()
				_, quiet := sink.noted(time.Now())
				assert.Equal(t, []bool{false}, quiet)
				close(gate)
				require.NoError(t, run.Close())
			})
		})
	}
}

// bystander is an actor that is asked for items that are underway between two others.
type bystander struct {
	anyActor
	asked func()
}

func (b *bystander) underway(int) bool { b.asked(); return false }

// TestNotQuietWhileAnItemMovesOn has an item go from a queue into the node just after the node was
// asked.
func TestNotQuietWhileAnItemMovesOn(t *testing.T) {
	between, taken, inHand, gate := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	run := NewRun(t.Context())
	source, out := NewSource[int](run, "source", 7)
	node := &fakeProcessor{process: func(context.Context, int, Emit[int]) error {
		close(inHand)
		<-gate
		return nil
	}}
	take := func(int) bool { // the item has left the queue, and is not in hand
		close(between)
		<-taken
		return true
	}
	nodeOut := Connect(out, "node", Queue[int]{Take: take}, Processor[int, int](node))
	end := newTickingSink()
	Join("sink", Queue[int]{}, Sink[int](end), nodeOut)
	let := sync.OnceFunc(func() {
		close(taken)
		<-inHand
	})
	run.actors = slices.Insert(run.actors, 1, anyActor(&bystander{run.actors[0], let}))
	run.Start()
	require.NoError(t, source.Send(t.Context(), 1))
	<-between
	require.True(t, end.supply.Underway())
	let()
	close(gate)
	require.NoError(t, run.Close())
}

// A flush may take long, and what it emits is still to come.
func TestNotQuietInAFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, node, gate := newTickingSink(), &fakeProcessor{}, make(chan struct{})
		node.flush = func(context.Context, Emit[int]) error { <-gate; return nil }
		run, source := startTicking(t, sink, node)
		require.NoError(t, source.Send(t.Context(), 0))
		closed := later(run.Close)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		_, quiet := sink.noted(time.Now())
		assert.Equal(t, []bool{false}, quiet)
		close(gate)
		require.NoError(t, <-closed)
	})
}

func TestFailureOfATick(t *testing.T) {
	for name, tick := range map[string]func() error{
		"error": func() error { return errBoom },
		"panic": func() error { panic(errBoom) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := newTickingSink()
				sink.tick = tick
				run, source := startTicking(t, sink, &fakeProcessor{})
				require.NoError(t, source.Send(t.Context(), 0))
				var failure *NodeError
				require.ErrorAs(t, run.Wait(), &failure)
				require.Equal(t, "sink", failure.Node)
				after, _ := sink.noted(time.Now())
				require.Len(t, after, 1)
				require.Zero(t, sink.flushed.Load())
				require.EqualValues(t, 1, sink.closed.Load())
			})
		})
	}
}

// shySink panics when it is asked when it wants to be called.
type shySink struct{ fakeSink }

func (*shySink) Due() time.Time             { panic(errBoom) }
func (*shySink) Tick(context.Context) error { return nil }

func TestPanicInDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, _ := startTicking(t, &shySink{}, &fakeProcessor{})
		var failure *NodeError
		require.ErrorAs(t, run.Wait(), &failure)
		require.Equal(t, "sink", failure.Node)
	})
}
