package pipeline

import "runtime/debug"

// Aside calls code of the caller's on a goroutine of its own, which it starts when it is needed. So that code cannot unwind what
// called it, neither by a panic nor by [runtime.Goexit]: frames of C, which cannot be unwound, for instance. Its methods
// are called from one goroutine at a time. The zero value is ready.
type Aside struct {
	Callbacks *Callbacks // told of each call; may be nil

	calls chan func() // nil: there is no goroutine
	done  chan error
}

// Do calls f, and returns when it has returned. An error is a PanicError, or says that f called runtime.Goexit.
func (a *Aside) Do(f func()) error {
	if a.calls == nil {
		a.calls, a.done = make(chan func()), make(chan error)
		go a.serve(a.calls, a.done)
	}
	a.calls <- f
	err := <-a.done
	if err == errGoexit { //nolint:errorlint // as contain returns it
		a.calls = nil // nobody is there any more
	}
	return err
}

// End ends the goroutine, which the next Do would start again.
func (a *Aside) End() {
	if a.calls != nil {
		close(a.calls)
		a.calls = nil
	}
}

func (a *Aside) serve(calls <-chan func(), done chan<- error) {
	id := goroutine(make([]byte, headSize))
	for f := range calls {
		a.contain(f, id, done)
	}
}

// contain calls f, and always says how that ended.
func (a *Aside) contain(f func(), goroutine uint64, done chan<- error) {
	err := errGoexit // what it is if f neither returns nor panics
	if a.Callbacks != nil {
		a.Callbacks.enter(goroutine)
	}
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		if a.Callbacks != nil {
			a.Callbacks.leave(goroutine)
		}
		done <- err
	}()
	f()
	err = nil
}

// Apart calls f on a goroutine of its own, and does not wait for it. Whatever f does, it does to itself alone.
func Apart(f func()) {
	go func() {
		defer func() { _ = recover() }() // nobody is there to be told
		f()
	}()
}
