package pipeline

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// idle is a processor and a sink that does nothing but pass on.
type idle struct{}

func (idle) Process(_ context.Context, in int, emit Emit[int]) error { return emit(in) }
func (idle) Flush(context.Context, Emit[int]) error                  { return nil }
func (idle) Close()                                                  {}

type idleSink struct{}

func (idleSink) Consume(context.Context, int, int) error { return nil }
func (idleSink) EndInput(context.Context, int) error     { return nil }
func (idleSink) Flush(context.Context) error             { return nil }
func (idleSink) Close()                                  {}

func shareInt(v int) (int, error) { return v, nil }

// startIdle starts source → stages processors, each in so many copies → so many sinks and guests.
func startIdle(tb testing.TB, stages, copies, sinks, guests int) (*Run, *Source[int]) {
	run := NewRun(tb.Context())
	source, out := NewSource[int](run, "source", 0)
	for range stages {
		var nodes []Processor[int, int]
		for range copies {
			nodes = append(nodes, idle{})
		}
		out = Connect(out, "idle", Queue[int]{Depth: 8}, nodes...)
	}
	for range sinks {
		Join("sink", Queue[int]{Depth: 8, Share: shareInt}, idleSink{}, out)
	}
	for range guests {
		guest := Guest[int]{Begins: func(int, int) bool { return true }}
		JoinGuest("guest", Queue[int]{Depth: 8, Share: shareInt}, guest, Sink[int](idleSink{}), out)
	}
	run.Start()
	return run, source
}

// BenchmarkEngine measures what the engine itself costs: the nodes do nothing. ns/stage is the time
// for one item divided by the number of nodes that it passes, the sink among them.
func BenchmarkEngine(b *testing.B) {
	for _, copies := range []int{1, 4} {
		for _, stages := range []int{1, 4} {
			b.Run(fmt.Sprintf("stages=%d/copies=%d", stages, copies), func(b *testing.B) {
				run, source := startIdle(b, stages, copies, 1, 0)
				b.ReportAllocs()
				for b.Loop() {
					if err := source.Send(b.Context(), 1); err != nil {
						b.Fatal(err)
					}
				}
				if err := run.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(stages+1), "ns/stage")
			})
		}
	}
}

// BenchmarkConsumers measures what several consumers of one outlet cost: source → processor → so
// many sinks. ns/sink is what each item costs for each sink.
func BenchmarkConsumers(b *testing.B) {
	for _, c := range []struct{ sinks, guests int }{{1, 0}, {2, 0}, {4, 0}, {1, 1}, {1, 3}} {
		sinks := c.sinks + c.guests
		b.Run(fmt.Sprintf("sinks=%d/guests=%d", sinks, c.guests), func(b *testing.B) {
			run, source := startIdle(b, 1, 1, c.sinks, c.guests)
			b.ReportAllocs()
			for b.Loop() {
				if err := source.Send(b.Context(), 1); err != nil {
					b.Fatal(err)
				}
			}
			if err := run.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(sinks), "ns/sink")
		})
	}
}

// An item passes through the engine without an allocation, to each of its consumers.
func TestNoAllocationPerItem(t *testing.T) {
	for _, c := range []struct{ copies, sinks, guests int }{{1, 1, 0}, {4, 1, 0}, {1, 3, 0}, {1, 1, 3}} {
		t.Run(fmt.Sprintf("copies=%d/sinks=%d/guests=%d", c.copies, c.sinks, c.guests), func(t *testing.T) {
			const items = 2000
			run, source := startIdle(t, 2, c.copies, c.sinks, c.guests)
			send := func(n int) {
				for range n {
					require.NoError(t, source.Send(t.Context(), 1))
				}
				require.NoError(t, run.Sync(t.Context()))
			}
			send(items) // the runtime warms up, too
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			send(items)
			runtime.ReadMemStats(&after)
			assert.Less(t, float64(after.Mallocs-before.Mallocs)/items, 0.1)
			require.NoError(t, run.Close())
		})
	}
}
