package pipeline

import "runtime/debug"

// Aside calls code of the caller on a separate goroutine, which it starts when needed. That code
// cannot unwind the stack of the goroutine that called Do, by a panic or by [runtime.Goexit].
// Frames of C, for instance, cannot be unwound. Call the methods from one goroutine at a time. The
// zero value is ready.
type Aside struct {
	Callbacks *Callbacks // told of each call; may be nil

	calls chan func() // nil: there is no goroutine
	done  chan error
}

// Do calls f and waits for it. The error is a PanicError, or says that f called runtime.Goexit;
// nil: f returned.
func (a *Aside) Do(f func()) error {
	if a.calls == nil {
		a.calls, a.done = make(chan func()), make(chan error)
		go a.serve(a.calls, a.done)
	}
	a.calls <- f
	err := <-a.done
	if err == errGoexit { //nolint:errorlint // as contain returns it
		a.calls = nil // the goroutine has ended
	}
	return err
}

// End ends the goroutine. The next Do starts it again.
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

// contain calls f, and sends its outcome to done in any case.
func (a *Aside) contain(f func(), goroutine uint64, done chan<- error) {
	err := errGoexit // stays if f neither returns nor panics
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

// Apart calls f on a separate goroutine and does not wait for it. A panic of f, or runtime.Goexit,
// ends that goroutine alone.
func Apart(f func()) {
	go func() {
		defer func() { _ = recover() }() // no caller waits for the outcome
		f()
	}()
}
