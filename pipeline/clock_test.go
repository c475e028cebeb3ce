package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taking returns what a processor does that takes so long for an item.
func taking(d time.Duration) func(context.Context, int, Emit[int]) error {
	return func(_ context.Context, in int, emit Emit[int]) error {
		time.Sleep(d)
		return emit(in)
	}
}

// Whatever a node does and whenever one looks, its time is accounted for.
func TestTimesAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(int) *fakeProcessor { return &fakeProcessor{process: taking(7 * time.Second)} }
		sink := &fakeSink{consume: func(context.Context, int, int) error { time.Sleep(5 * time.Second); return nil }}
		l, _ := startCopies(t, sink, 3, slow)
		start := time.Now()
		fed := later(func() error { l.send(t, count(20)...); return nil })
		for range 40 {
			time.Sleep(999 * time.Millisecond)
			nodes, _, _ := l.run.Stats()
			for _, n := range nodes {
				assert.Equal(t, time.Duration(n.Copies)*time.Since(start), n.Busy+n.Blocked+n.Idle, "%+v", n)
				assert.GreaterOrEqual(t, n.Held, int64(0))
			}
		}
		require.NoError(t, <-fed)
		require.NoError(t, l.run.Close())
		nodes, _, _ := l.run.Stats()
		assert.Equal(t, 20*7*time.Second, nodes[0].Busy)
		assert.Equal(t, 3, nodes[0].Copies)
		assert.Zero(t, nodes[0].Held)
		assert.Equal(t, 20*5*time.Second, nodes[1].Busy)
		time.Sleep(time.Hour)
		later, _, _ := l.run.Stats()
		assert.Equal(t, nodes, later, "the clocks of a run that is over stand still")
	})
}

// A call that does not return is seen while it lasts, and so is who waits for it.
func TestWhatGoesOnIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startLine(t, 1, &fakeSink{consume: block(gate)}, &fakeProcessor{})
		fed := later(func() error { l.send(t, count(5)...); return nil })
		time.Sleep(time.Minute)
		nodes, edges, _ := l.run.Stats()
		for i, want := range []NodeStats{
			{Name: "a", Copies: 1, In: 3, Out: 2, Held: 1, Blocked: time.Minute},
			{Name: "sink", Stream: NoStream, Copies: 1, In: 1, Busy: time.Minute, InCall: time.Minute},
		} {
			assert.Equal(t, want, nodes[i])
		}
		assert.Equal(t, time.Minute, edges[0].Blocked, "the source")
		assert.Equal(t, time.Minute, edges[1].Blocked)
		close(gate)
		require.NoError(t, <-fed)
		require.NoError(t, l.run.Close())
		nodes, _, _ = l.run.Stats()
		assert.Zero(t, nodes[1].InCall)
	})
}

// hoarder keeps what it takes until it is flushed, and says so.
type hoarder struct {
	fakeProcessor
	kept []int
}

func (h *hoarder) Held() int64 { return int64(len(h.kept)) }

func newHoarder() *hoarder {
	h := &hoarder{}
	h.process = func(_ context.Context, in int, _ Emit[int]) error {
		h.kept = append(h.kept, in)
		return nil
	}
	return h
}

func TestWhatANodeHolds(t *testing.T) {
	for name, wrap := range map[string]func(*hoarder) Processor[int, int]{
		"a node":            func(h *hoarder) Processor[int, int] { return h },
		"the first of two":  func(h *hoarder) Processor[int, int] { return Chain(h, &fakeProcessor{}) },
		"the second of two": func(h *hoarder) Processor[int, int] { return Chain(&fakeProcessor{}, h) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHoarder()
				l := startLine(t, 1, &fakeSink{}, wrap(h))
				l.send(t, 1, 2, 3)
				synctest.Wait()
				nodes, _, _ := l.run.Stats()
				assert.Equal(t, int64(3), nodes[0].Held)
				require.NoError(t, l.run.Close())
				nodes, _, _ = l.run.Stats()
				assert.Len(t, h.kept, 3, "it still says that it holds them")
				assert.Zero(t, nodes[0].Held, "but a node that is closed holds nothing")
			})
		})
	}
}
