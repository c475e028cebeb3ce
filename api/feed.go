package api

import (
	"context"

	"golang.org/x/sync/semaphore"

	"github.com/avloom/avloom/internal/fault"
)

// feed lets the calls on one stream take turns.
type feed struct {
	encoder *Encoder
	index   int
	turn    *semaphore.Weighted // first come, first served
	ended   bool                // guarded by the turn
}

func newFeed(e *Encoder, index int) feed {
	return feed{encoder: e, index: index, turn: semaphore.NewWeighted(1)}
}

// enter admits a call to the encoder and waits for its turn. The caller must call leave when it is
// done.
func (f *feed) enter(ctx context.Context) (*run, error) {
	r, err := f.encoder.enter()
	if err != nil {
		return nil, err
	}
	if err := checkContext(ctx); err != nil {
		f.encoder.leave()
		return nil, err
	}
	if f.turn.Acquire(ctx, 1) != nil {
		f.encoder.leave()
		return nil, r.fed(context.Cause(ctx), 0)
	}
	switch {
	case f.ended:
		err = ErrEnded
	case r.cause() != nil:
		err = r.cause()
	case ctx.Err() != nil:
		err = &PartialError{Err: context.Cause(ctx)}
	default:
		return r, nil
	}
	f.leave()
	return nil, err
}

// checkContext finds that there is none, which would else be a panic in the middle of a call.
func checkContext(ctx context.Context) error {
	if ctx == nil {
		return &fault.ConfigError{Field: "ctx", Reason: "must not be nil; give context.Background() for one that never ends"}
	}
	return nil
}

// leave ends a call whose turn it was.
func (f *feed) leave() {
	f.turn.Release(1)
	f.encoder.leave()
}

// refuse returns the error of a call whose arguments are wrong: what is wrong with the encoder
// comes first.
func (f *feed) refuse(wrong error) error {
	if _, err := f.encoder.enter(); err != nil {
		return err
	}
	f.encoder.leave()
	return wrong
}

// end ends the stream in its turn.
func (f *feed) end(source func()) error {
	r, err := f.encoder.enter()
	if err != nil {
		return err
	}
	defer f.encoder.leave()
	if err := f.turn.Acquire(context.Background(), 1); err != nil {
		return err
	}
	defer f.turn.Release(1)
	if f.ended {
		return nil
	}
	f.ended = true
	source()
	return r.cause()
}
