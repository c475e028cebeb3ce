package pipeline

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watchedSink says what it does.
type watchedSink struct {
	fakeSink
	beats atomic.Int64
}

func (s *watchedSink) Activity() Activity {
	return Activity{Of: "paper", Doing: "printing", Beats: s.beats.Load()}
}

const patience = 2 * time.Second

// startWatched starts source → node → sink, with queues of two, and fails after patience.
func startWatched(t *testing.T, node Processor[int, int], sink Sink[int]) (*Run, *Source[int]) {
	t.Helper()
	run := NewRun(t.Context())
	run.FailStalls(patience)
	queue := Queue[int]{Depth: 2}
	source, out := NewSource[int](run, "source", 3)
	Join("sink", queue, sink, Connect(out, "node", queue, node))
	run.Start()
	t.Cleanup(func() { _ = run.Abort(nil) })
	return run, source
}

// requireStall waits for the end of a run that stalls, and checks who is blamed, and that it does
// not take long.
func requireStall(t *testing.T, run *Run, node string, stream int, want StallError) {
	t.Helper()
	start := time.Now()
	<-run.Done()
	assert.GreaterOrEqual(t, time.Since(start), patience)
	assert.LessOrEqual(t, time.Since(start), patience*3/2)
	want.For = patience
	assert.Equal(t, &NodeError{node, stream, &want}, run.Cause())
}

func TestStall(t *testing.T) {
	tests := map[string]struct {
		set    func(node *fakeProcessor, sink *watchedSink, gate chan struct{})
		node   string
		stream int
		want   StallError
	}{
		"in Consume": {func(_ *fakeProcessor, s *watchedSink, gate chan struct{}) {
			s.consume = block(gate)
		}, "sink", NoStream, StallError{Activity: Activity{Of: "paper", Doing: "printing"}, Waiting: 2}},
		"in Process": {func(p *fakeProcessor, _ *watchedSink, gate chan struct{}) {
			p.process = func(ctx context.Context, in int, _ Emit[int]) error { return block(gate)(ctx, 0, in) }
		}, "node", 3, StallError{Waiting: 2}},
		"in Process, after emitting": {func(p *fakeProcessor, _ *watchedSink, gate chan struct{}) {
			p.process = func(ctx context.Context, in int, emit Emit[int]) error {
				_ = emit(in)
				return block(gate)(ctx, 0, in)
			}
		}, "node", 3, StallError{Waiting: 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				node, sink, gate := &fakeProcessor{}, &watchedSink{}, make(chan struct{})
				defer close(gate)
				test.set(node, sink, gate)
				run, source := startWatched(t, node, sink)
				time.Sleep(time.Hour) // a caller that feeds nothing is no stall
				require.NoError(t, run.Cause())
				sent := later(func() (err error) {
					for err == nil {
						err = source.Send(t.Context(), 0)
					}
					return err
				})
				requireStall(t, run, test.node, test.stream, test.want)
				assert.Equal(t, run.Cause(), <-sent)
			})
		})
	}
}

func TestStallAtTheEnd(t *testing.T) {
	tests := map[string]struct {
		set    func(node *fakeProcessor, sink *watchedSink, wait func())
		node   string
		stream int
		want   Activity
	}{
		"in Flush of a processor": {func(p *fakeProcessor, _ *watchedSink, wait func()) {
			p.flush = func(context.Context, Emit[int]) error { wait(); return nil }
		}, "node", 3, Activity{}},
		"in Close of a processor": {
			func(p *fakeProcessor, _ *watchedSink, wait func()) { p.close = wait }, "node", 3, Activity{},
		},
		"in Flush of the sink": {func(_ *fakeProcessor, s *watchedSink, wait func()) {
			s.flush = func(context.Context) error { wait(); return nil }
		}, "sink", NoStream, Activity{Of: "paper", Doing: "printing"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				node, sink, gate := &fakeProcessor{}, &watchedSink{}, make(chan struct{})
				defer close(gate)
				test.set(node, sink, func() { <-gate })
				run, _ := startWatched(t, node, sink)
				closed := later(run.Close)
				requireStall(t, run, test.node, test.stream, StallError{Activity: test.want})
				assert.Equal(t, run.Cause(), <-closed)
			})
		})
	}
}

// TestNoStall lets a hundred items take their time.
func TestNoStall(t *testing.T) {
	slowly := func() { time.Sleep(patience * 3 / 4) }
	tests := map[string]func(node *fakeProcessor, sink *watchedSink){
		"slow calls": func(_ *fakeProcessor, s *watchedSink) {
			s.consume = func(context.Context, int, int) error { slowly(); return nil }
		},
		"a call that emits now and then, to a sink that is as slow": func(p *fakeProcessor, s *watchedSink) {
			p.process = func(_ context.Context, in int, emit Emit[int]) error {
				for range 5 {
					slowly()
					_ = emit(in)
				}
				return nil
			}
			s.consume = func(context.Context, int, int) error { slowly(); return nil }
		},
		"a call that emits more than there is room for": func(p *fakeProcessor, s *watchedSink) {
			p.process = func(_ context.Context, in int, emit Emit[int]) error {
				for range 20 {
					_ = emit(in)
				}
				return nil
			}
			s.consume = func(context.Context, int, int) error { slowly(); return nil }
		},
		"a long call that gets on": func(_ *fakeProcessor, s *watchedSink) {
			s.consume = func(context.Context, int, int) error {
				for range 10 {
					slowly()
					s.beats.Add(1)
				}
				return nil
			}
		},
		"everything is held back": func(p *fakeProcessor, _ *watchedSink) {
			p.process = func(context.Context, int, Emit[int]) error { return nil }
		},
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				node, sink := &fakeProcessor{}, &watchedSink{}
				set(node, sink)
				run, source := startWatched(t, node, sink)
				for range 100 {
					require.NoError(t, source.Send(t.Context(), 0))
				}
				time.Sleep(time.Hour)
				require.NoError(t, run.Close())
			})
		})
	}
}

// A stream that is stuck is found while another goes on.
func TestStallOfOneStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		defer close(gate)
		node := &fakeProcessor{process: func(ctx context.Context, in int, _ Emit[int]) error {
			return block(gate)(ctx, 0, in)
		}}
		run := NewRun(t.Context())
		run.FailStalls(patience)
		a, stuck := NewSource[int](run, "source", 0)
		b, moving := NewSource[int](run, "source", 1)
		Join("sink", Queue[int]{}, &fakeSink{}, Connect(stuck, "node", Queue[int]{}, node), moving)
		run.Start()
		require.NoError(t, a.Send(t.Context(), 0))
		start := time.Now()
		for b.Send(t.Context(), 0) == nil {
			time.Sleep(patience / 10)
		}
		assert.LessOrEqual(t, time.Since(start), patience*3/2)
		assert.Equal(t, &NodeError{"node", 0, &StallError{For: patience}}, run.Abort(nil))
	})
}

// One copy that is stuck holds up the turns of the others: they are not blamed, and do not hide it.
func TestStallOfOneCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		defer close(gate)
		stuckAt0 := func(_ context.Context, in int, emit Emit[int]) error {
			if in == 0 {
				<-gate
			}
			return emit(in)
		}
		run := NewRun(t.Context())
		run.FailStalls(patience)
		source, out := NewSource[int](run, "source", 0)
		Join("sink", Queue[int]{}, &fakeSink{}, Connect(out, "node", Queue[int]{Depth: 5},
			Processor[int, int](&fakeProcessor{process: stuckAt0}), Processor[int, int](&fakeProcessor{process: stuckAt0})))
		run.Start()
		for _, v := range count(5) {
			require.NoError(t, source.Send(t.Context(), v))
		}
		requireStall(t, run, "node", 0, StallError{Waiting: 3})
		_ = run.Wait()
	})
}

func TestNobodyWatchesUnlessAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		run, _, _ := startStuck(t, &fakeSink{consume: block(gate)})
		time.Sleep(1000 * time.Hour)
		assert.NoError(t, run.Cause())
		close(gate)
		assert.NoError(t, run.Close())
	})
}

func TestStallErrorMessage(t *testing.T) {
	assert.EqualError(t, &NodeError{"mux", NoStream, &StallError{
		Activity: Activity{Doing: "writing to the destination"}, For: 2 * time.Second, Waiting: 1,
	}}, "avloom: mux: stalled: it has been writing to the destination for 2s while 1 item waits")
	assert.EqualError(t, &NodeError{"encode", 0, &StallError{
		Activity: Activity{Of: "libx264"}, For: 5 * time.Second, Waiting: 4,
	}}, "avloom: stream 0: encode: stalled: libx264 has been inside a call for 5s while 4 items wait")
}
