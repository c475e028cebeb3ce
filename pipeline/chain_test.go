package pipeline

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// doubling emits each item twice, and one more at the end.
func doubling(last int) *fakeProcessor {
	return &fakeProcessor{
		process: func(_ context.Context, in int, emit Emit[int]) error {
			if err := emit(in); err != nil {
				return err
			}
			return emit(in)
		},
		flush: func(_ context.Context, emit Emit[int]) error { return emit(last) },
	}
}

// runChain sends 1 and 2 through a chain to a sink, and closes.
func runChain(t *testing.T, first, second Processor[int, int]) (sink *fakeSink, stats NodeStats, err error) {
	t.Helper()
	run, sink := NewRun(context.Background()), &fakeSink{}
	source, out := NewSource[int](run, "source", 0)
	Join("sink", Queue[int]{Depth: 1}, sink, Connect(out, "both", Queue[int]{Depth: 1}, Chain(first, second)))
	run.Start()
	for v := range 2 {
		_ = source.Send(context.Background(), v+1) // what goes wrong, Close says
	}
	err = run.Close()
	nodes, _, _ := run.Stats()
	return sink, nodes[0], err
}

func TestChainIsTwoNodesInOne(t *testing.T) {
	first, second := doubling(3), doubling(4)
	sink, stats, err := runChain(t, first, second)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4}, sink.got[0],
		"what the first holds till the end, the second still processes")
	assert.Equal(t, int64(2), stats.In)
	assert.Equal(t, int64(11), stats.Out)
	for _, p := range []*fakeProcessor{first, second} {
		assert.Equal(t, int32(1), p.flushed.Load())
		assert.Equal(t, int32(1), p.closed.Load())
	}
}

func TestChainFailsAsEitherOfItsNodes(t *testing.T) {
	fails := func(context.Context, int, Emit[int]) error { return errBoom }
	panics := func(context.Context, int, Emit[int]) error { panic(errBoom) }
	for name, pair := range map[string][2]*fakeProcessor{
		"the first fails":   {{process: fails}, {}},
		"the second fails":  {{}, {process: fails}},
		"the second panics": {{}, {process: panics}},
		"the first's flush": {{flush: func(context.Context, Emit[int]) error { return errBoom }}, {}},
		"the first's close": {{close: func() { panic(errBoom) }}, {}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runChain(t, pair[0], pair[1])
			require.ErrorIs(t, err, errBoom)
			assert.Contains(t, err.Error(), "both", "the node is named")
			assert.Equal(t, int32(1), pair[0].closed.Load())
			assert.Equal(t, int32(1), pair[1].closed.Load())
		})
	}
}
