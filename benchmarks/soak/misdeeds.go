package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/avloom/avloom/api"
)

// misdeed is one way in which a writer misbehaves. It may end the run; check returns an error where
// the run ends in another way than it should.
type misdeed struct {
	do    func(enc *api.Encoder, p []byte) (int, error)
	check func(err error) error
}

var errFull = errors.New("the disk is full")

// endsWith returns a check for runs that end with the error want, or that were over before it
// happened.
func endsWith(want error) func(error) error {
	return func(err error) error {
		if err == nil {
			return nil
		}
		return expect(err, want)
	}
}

var (
	fails = misdeed{func(*api.Encoder, []byte) (int, error) { return 0, errFull }, endsWith(errFull)}

	writesShort = misdeed{func(_ *api.Encoder, p []byte) (int, error) {
		return len(p) - 1, nil
	}, endsWith(io.ErrShortWrite)}

	writesMore = misdeed{func(_ *api.Encoder, p []byte) (int, error) {
		return len(p) + 1, nil
	}, endsWith(io.ErrShortWrite)}

	panics = misdeed{func(*api.Encoder, []byte) (int, error) { panic(errFull) }, endsWith(errFull)}

	exits = misdeed{func(*api.Encoder, []byte) (int, error) {
		runtime.Goexit()
		return 0, nil
	}, func(err error) error {
		if err != nil && !strings.Contains(err.Error(), "Goexit") {
			return fmt.Errorf("%w after a Goexit", err)
		}
		return nil
	}}

	callsBack = misdeed{func(enc *api.Encoder, p []byte) (int, error) {
		_ = enc.Stats()
		if err := enc.Close(); !errors.Is(err, api.ErrCalledBack) {
			return 0, fmt.Errorf("close from a writer: %w", err)
		}
		return len(p), nil
	}, func(err error) error { return err }}

	givesUp = misdeed{func(enc *api.Encoder, p []byte) (int, error) {
		return len(p), enc.Abort(errFull)
	}, endsWith(errFull)}
)

// faulty is a writer that takes left bytes, then does the misdeed once, and then takes all.
type faulty struct {
	enc  *api.Encoder
	deed misdeed
	left int
	done bool
}

func (w *faulty) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 && !w.done {
		w.done = true
		return w.deed.do(w.enc, p)
	}
	return len(p), nil
}

// faultyFile is a faulty writer that can seek.
type faultyFile struct {
	api.MemoryFile
	faulty
}

func (w *faultyFile) Write(p []byte) (int, error) {
	if n, err := w.faulty.Write(p); n != len(p) || err != nil {
		return n, err
	}
	return w.MemoryFile.Write(p)
}

// misbehaving returns the life of an encoder whose writer misbehaves in the header or later.
func misbehaving(deed misdeed) func(*scenario) error {
	return func(s *scenario) error {
		ctx := context.Background()
		f := &faultyFile{faulty: faulty{enc: s.enc, deed: deed, left: s.random.IntN(20000)}}
		var w io.Writer = f
		if s.into.frontToBack && s.random.IntN(2) == 0 {
			w = &f.faulty
		}
		if err := s.enc.OpenWriter(ctx, w, s.into.format); err != nil {
			return deed.check(err)
		}
		if err := s.feed(ctx); err != nil {
			if err := deed.check(err); err != nil {
				return err
			}
		}
		return deed.check(s.enc.Close())
	}
}
