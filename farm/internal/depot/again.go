package depot

import (
	"context"
	"errors"
	"time"
)

// pauses are those before the second and the third try. They are short: an attempt that does not
// advance is ended, and one that fails is made again after a longer time.
func pauses() []time.Duration { return []time.Duration{100 * time.Millisecond, 400 * time.Millisecond} }

// again calls try again as long as the store fails for a reason that may pass, three times at most.
func again(ctx context.Context, try func() error) error {
	err := try()
	for _, pause := range pauses() {
		store, ok := errors.AsType[*StoreError](err)
		if !ok || !store.MayPass() || IsMissing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		err = try()
	}
	return err
}
