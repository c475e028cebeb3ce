package api

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// feed is the part that video and audio streams have in common: the calls on a stream take turns.
type feed struct {
	encoder *Encoder
	index   int
	turn    *semaphore.Weighted // first come, first served
	ended   atomic.Bool         // set by the call whose turn it is
}

func newFeed(e *Encoder, index int) feed {
	return feed{encoder: e, index: index, turn: semaphore.NewWeighted(1)}
}

// isEnded says whether the stream was ended.
func (f *feed) isEnded() bool { return f.ended.Load() }

// beginTurn admits a call to the encoder and waits for its turn. The caller must call endTurn.
func (f *feed) beginTurn(ctx context.Context) (*run, error) {
	r, err := f.encoder.beginCall()
	if err != nil {
		return nil, err
	}
	if err := checkContext(ctx); err != nil {
		f.encoder.endCall()
		return nil, err
	}
	if f.turn.Acquire(ctx, 1) != nil {
		f.encoder.endCall()
		return nil, r.callError(context.Cause(ctx), 0)
	}
	switch {
	case f.ended.Load():
		err = ErrEnded
	case r.cause() != nil:
		err = r.cause()
	case ctx.Err() != nil:
		err = &PartialError{Err: context.Cause(ctx)}
	default:
		return r, nil
	}
	f.endTurn()
	return nil, err
}

// endTurn ends a call that beginTurn admitted.
func (f *feed) endTurn() {
	f.turn.Release(1)
	f.encoder.endCall()
}

// refuse returns the error of a call with wrong arguments. An error of the encoder itself takes
// precedence over err.
func (f *feed) refuse(err error) error {
	if _, err := f.encoder.beginCall(); err != nil {
		return err
	}
	f.encoder.endCall()
	return err
}

// end ends the stream when its turn comes. endSource is called once.
func (f *feed) end(endSource func()) error {
	r, err := f.encoder.beginCall()
	if err != nil {
		return err
	}
	defer f.encoder.endCall()
	if err := f.turn.Acquire(context.Background(), 1); err != nil {
		return err
	}
	defer f.turn.Release(1)
	if f.ended.Swap(true) {
		return nil
	}
	endSource()
	return r.cause()
}
