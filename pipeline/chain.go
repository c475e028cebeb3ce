package pipeline

import "context"

// Chain makes one node of two: the second processes each item that the first emits at once, on the
// same goroutine. It is for stages that need not overlap, because other runs keep the cores busy.
// No item waits between the two, and the second finds in the cache what the first wrote.
func Chain[A, B, C any](first Processor[A, B], second Processor[B, C]) Processor[A, C] {
	c := &chain[A, B, C]{first: first, second: second}
	c.pass = c.process
	return c
}

type chain[A, B, C any] struct {
	first  Processor[A, B]
	second Processor[B, C]
	pass   Emit[B] // process; made once, so that a call allocates nothing

	ctx  context.Context //nolint:containedctx // of the call under way, like emit
	emit Emit[C]
}

func (c *chain[A, B, C]) Process(ctx context.Context, in A, emit Emit[C]) error {
	c.ctx, c.emit = ctx, emit
	return c.first.Process(ctx, in, c.pass)
}

func (c *chain[A, B, C]) process(v B) error { return c.second.Process(c.ctx, v, c.emit) }

func (c *chain[A, B, C]) Flush(ctx context.Context, emit Emit[C]) error {
	c.ctx, c.emit = ctx, emit
	if err := c.first.Flush(ctx, c.pass); err != nil {
		return err
	}
	return c.second.Flush(ctx, emit)
}

// Activity is that of the second node, if it is Watched. Of the first, the engine knows only that
// its call lasts.
func (c *chain[A, B, C]) Activity() Activity {
	if w, ok := c.second.(Watched); ok {
		return w.Activity()
	}
	return Activity{}
}

// Held is what the two nodes hold together, as far as they are Holders.
func (c *chain[A, B, C]) Held() (n int64) {
	for _, node := range []any{c.first, c.second} {
		if holder, ok := node.(Holder); ok {
			n += holder.Held()
		}
	}
	return n
}

func (c *chain[A, B, C]) Close() {
	defer c.second.Close()
	c.first.Close()
}
