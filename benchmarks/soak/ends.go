package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/avloom/avloom/api"
)

// ending is a way in which the life of an encoder ends. live returns an error where the encoder did
// not behave as it should.
type ending struct {
	name string
	live func(*scenario) error
}

// ends are all ways.
var ends = [...]ending{
	{"closed", (*scenario).closed},
	{"aborted", (*scenario).aborted},
	{"cancelled", (*scenario).cancelled},
	{"blocked", (*scenario).blocked},
	{"blocked for good", (*scenario).leftBehind},
	{"out of time in Open", (*scenario).hurried},
	{"failed to write", misbehaving(fails)},
	{"wrote too little", misbehaving(writesShort)},
	{"wrote too much", misbehaving(writesMore)},
	{"panicked", misbehaving(panics)},
	{"ended its goroutine", misbehaving(exits)},
	{"called back", misbehaving(callsBack)},
	{"gave itself up", misbehaving(givesUp)},
	{"refused", (*scenario).refused},
	{"forgotten", (*scenario).forgotten},
}

func (s *scenario) closed() error {
	defer s.tidy()
	ctx := context.Background()
	if err := s.open(ctx); err != nil {
		return err
	}
	return errors.Join(s.feed(ctx), s.enc.Close())
}

// expect returns an error where err is not want.
func expect(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("%w where there should be: %w", err, want)
}

// after calls f after some milliseconds. It returns a function that waits until f has returned.
func (s *scenario) after(f func()) (wait func()) {
	var called sync.WaitGroup
	delay := time.Duration(s.random.IntN(50)) * time.Millisecond
	called.Go(func() {
		time.Sleep(delay)
		f()
	})
	return called.Wait
}

func (s *scenario) aborted() error {
	defer s.tidy()
	ctx := context.Background()
	if err := s.open(ctx); err != nil {
		return err
	}
	wait := s.after(func() { _ = s.enc.Abort(nil) }) // Close returns the same
	err := s.feed(ctx)
	wait()
	if err != nil {
		if err := expect(err, api.ErrAborted); err != nil {
			return err
		}
	}
	return expect(s.enc.Close(), api.ErrAborted)
}

func (s *scenario) cancelled() error {
	defer s.tidy()
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.open(ctx); err != nil {
		cancel()
		return err
	}
	wait := s.after(cancel)
	err := s.feed(context.Background())
	wait()
	if err != nil {
		if err := expect(err, context.Canceled); err != nil {
			return err
		}
	}
	return expect(s.enc.Close(), context.Canceled)
}

// stuck blocks in its second write, until it is closed.
type stuck struct {
	writes int
	closed chan struct{}
	once   sync.Once
}

func (w *stuck) Write(p []byte) (int, error) {
	if w.writes++; w.writes < 2 {
		return len(p), nil
	}
	<-w.closed
	return 0, io.ErrClosedPipe
}

func (w *stuck) Close() error {
	err := io.ErrClosedPipe
	w.once.Do(func() {
		close(w.closed)
		err = nil
	})
	return err
}

func (s *scenario) blocked() error {
	if !s.into.frontToBack {
		return s.aborted()
	}
	ctx := context.Background()
	w := &stuck{closed: make(chan struct{})}
	if err := s.enc.OpenWriter(ctx, w, s.into.format); err != nil {
		return err
	}
	wait := s.after(func() { _ = s.enc.Abort(nil) })
	_ = s.feed(ctx) // the abort ends it, if it has not ended before
	wait()
	return expect(s.enc.Close(), api.ErrAborted)
}

// deaf blocks in its second write, and has no method that wakes it.
type deaf struct{ stuck *stuck }

func (w deaf) Write(p []byte) (int, error) { return w.stuck.Write(p) }

// leftBehind has a writer that blocks for longer than Abort waits.
func (s *scenario) leftBehind() error {
	ctx := context.Background()
	w := &stuck{closed: make(chan struct{})}
	defer func() { _ = w.Close() }()
	format := "matroska"
	if s.into.frontToBack {
		format = s.into.format
	}
	if err := s.enc.OpenWriter(ctx, deaf{w}, format); err != nil {
		return err
	}
	wait := s.after(func() { _ = s.enc.Abort(nil) })
	_ = s.feed(ctx) // the abort ends it, if it has not ended before
	wait()
	return expect(s.enc.Close(), api.ErrAborted)
}

// hurried has a context that may end during Open. Where Open fails, it opens again without a
// deadline.
func (s *scenario) hurried() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(s.random.IntN(20))*time.Millisecond)
	defer cancel()
	if err := s.enc.OpenWriter(ctx, &api.MemoryFile{}, s.into.format); err != nil {
		if err := expect(err, context.DeadlineExceeded); err != nil {
			return err
		}
		return s.closed()
	}
	_ = s.feed(ctx) // ends at the deadline, if it takes that long
	if err := s.enc.Close(); err != nil {
		return expect(err, context.DeadlineExceeded)
	}
	return nil
}

// refused is opened for a container that cannot hold its streams, and then for one that can.
func (s *scenario) refused() error {
	ctx := context.Background()
	err := s.enc.OpenWriter(ctx, &api.MemoryFile{}, "wav")
	if _, ok := errors.AsType[*api.ConfigError](err); !ok {
		return fmt.Errorf("wav took pictures: %w", err)
	}
	return s.closed()
}

// forgotten is never closed. The garbage collector finds it.
func (s *scenario) forgotten() error {
	defer s.tidy()
	ctx := context.Background()
	if err := s.open(ctx); err != nil {
		return err
	}
	return s.feed(ctx)
}
