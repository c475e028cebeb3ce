package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

var errBoom = errors.New("boom")

// fakeProcessor passes on what it takes, unless told otherwise.
type fakeProcessor struct {
	process func(ctx context.Context, in int, emit Emit[int]) error
	flush   func(ctx context.Context, emit Emit[int]) error
	close   func()

	processed, flushed, closed atomic.Int32
}

func (p *fakeProcessor) Process(ctx context.Context, in int, emit Emit[int]) error {
	p.processed.Add(1)
	if p.process == nil {
		return emit(in)
	}
	return p.process(ctx, in, emit)
}

func (p *fakeProcessor) Flush(ctx context.Context, emit Emit[int]) error {
	p.flushed.Add(1)
	if p.flush == nil {
		return nil
	}
	return p.flush(ctx, emit)
}

func (p *fakeProcessor) Close() {
	p.closed.Add(1)
	if p.close != nil {
		p.close()
	}
}

// fakeSink keeps what it consumes, unless told otherwise.
type fakeSink struct {
	consume  func(ctx context.Context, input, v int) error
	endInput func(ctx context.Context, input int) error
	sync     func(ctx context.Context) error
	flush    func(ctx context.Context) error
	close    func()

	synced, flushed, closed atomic.Int32

	mu  sync.Mutex
	got map[int][]int // by input
}

func (s *fakeSink) Consume(ctx context.Context, input, v int) error {
	s.mu.Lock()
	if s.got == nil {
		s.got = map[int][]int{}
	}
	s.got[input] = append(s.got[input], v)
	s.mu.Unlock()
	if s.consume == nil {
		return nil
	}
	return s.consume(ctx, input, v)
}

func (s *fakeSink) EndInput(ctx context.Context, input int) error {
	if s.endInput == nil {
		return nil
	}
	return s.endInput(ctx, input)
}

func (s *fakeSink) Sync(ctx context.Context) error {
	s.synced.Add(1)
	if s.sync == nil {
		return nil
	}
	return s.sync(ctx)
}

func (s *fakeSink) Flush(ctx context.Context) error {
	s.flushed.Add(1)
	if s.flush == nil {
		return nil
	}
	return s.flush(ctx)
}

func (s *fakeSink) Close() {
	s.closed.Add(1)
	if s.close != nil {
		s.close()
	}
}

// taken returns what the sink got from an input.
func (s *fakeSink) taken(input int) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got[input])
}

// bin counts what is freed.
type bin struct {
	mu    sync.Mutex
	freed []int
}

func (b *bin) free(v int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.freed = append(b.freed, v)
}

func (b *bin) contents() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(slices.Values(b.freed))
}

// line is a graph of one stream, all of its queues with the same depth and bin.
type line struct {
	bin
	run    *Run
	source *Source[int]
	sink   *fakeSink
}

// startLine starts source → a → b → … → sink. It is all over at the end of the test, if it was not
// before.
func startLine(t *testing.T, depth int, sink *fakeSink, processors ...Processor[int, int]) *line {
	t.Helper()
	l := &line{run: NewRun(t.Context()), sink: sink}
	queue := Queue[int]{Depth: depth, Free: l.free}
	source, out := NewSource[int](l.run, "source", 0)
	l.source = source
	for i, p := range processors {
		out = Connect(out, string(rune('a'+i)), queue, p)
	}
	Join("sink", queue, sink, out)
	l.run.Start()
	t.Cleanup(func() { _ = l.run.Abort(nil) })
	return l
}

// send sends each of vs and expects no error.
func (l *line) send(t *testing.T, vs ...int) {
	t.Helper()
	for _, v := range vs {
		assert.NoError(t, l.source.Send(t.Context(), v))
	}
}

// later runs f in a goroutine and returns where its result will be.
func later(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// pending says whether nothing has come yet, once nothing in the bubble moves any more.
func pending(result <-chan error) bool {
	synctest.Wait()
	return len(result) == 0
}

// block waits until gate is closed, whatever the context says.
func block(gate <-chan struct{}) func(context.Context, int, int) error {
	return func(context.Context, int, int) error {
		<-gate
		return nil
	}
}

func count(n int) []int {
	vs := make([]int, n)
	for i := range vs {
		vs[i] = i
	}
	return vs
}
