package work

import (
	"context"

	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// sweeps is how often an attempt tries to remove what the store did not remove at once.
const sweeps = 5

// Sweep removes all parts of a film from the store, those of other plans of it included, and what
// killed workers have left beside them.
func (a *Activities) Sweep(ctx context.Context, f flow.FilmTask) error {
	t := f.Task
	e := effort{settings: t.Settings, id: t.Job.ID, path: t.Job.Path, threads: 1}
	_, err := attempt(ctx, a, e, func(ctx context.Context, b *beats) (none struct{}, err error) {
		for range sweeps {
			if err = a.sweep(ctx, b, filmPrefix(t)); err == nil || ctx.Err() != nil {
				break
			}
		}
		return none, err
	})
	return err
}

// sweep removes all that begins with a prefix. It goes on after an error, and returns the first.
func (a *Activities) sweep(ctx context.Context, b *beats, prefix string) (first error) {
	for key, err := range depot.List(ctx, a.Bucket, prefix) {
		if err == nil {
			err = depot.Remove(ctx, a.Bucket, key)
		}
		if err != nil && first == nil {
			first = err
		}
		b.AddBytes(1) // it advances
	}
	return first
}
