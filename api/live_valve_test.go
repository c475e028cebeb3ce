package api_test

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// fault is what happens to an output.
type fault string

const (
	fails   fault = "fails at byte N"
	blocks  fault = "blocks for ever"
	isSlow  fault = "slow"
	returns fault = "dies and comes back"
)

// valve is where the bytes of an output pass. After its limit it does once what its fault says.
type valve struct {
	fault fault

	reached chan struct{} // closed when the limit is reached
	opened  chan struct{} // closed when bytes pass again

	mu     sync.Mutex
	passed int
	done   bool // the fault has happened
}

func newValve(f fault) *valve {
	return &valve{fault: f, reached: make(chan struct{}), opened: make(chan struct{})}
}

var errValve = errors.New("the valve has failed")

// open lets bytes pass again, and never fails after that.
func (v *valve) open() {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case <-v.opened:
	default:
		close(v.opened)
	}
	v.done = true
}

// pass returns how many of n bytes pass before the fault; then it waits, or returns an error.
func (v *valve) pass(n int) (passes int, err error) {
	v.mu.Lock()
	v.passed += n
	if v.done || v.passed <= liveLimit {
		v.mu.Unlock()
		return n, nil
	}
	v.done = true
	v.mu.Unlock()
	close(v.reached)
	if v.fault == fails || v.fault == returns {
		return n - (v.passed - liveLimit), errValve
	}
	<-v.opened
	return n, nil
}

// copy copies through the valve, until the source ends or the valve fails.
func (v *valve) copy(to io.Writer, from io.Reader) error {
	chunk := make([]byte, 1024)
	for {
		n, err := from.Read(chunk)
		if err != nil {
			return err
		}
		passes, err := v.pass(n)
		if _, lost := to.Write(chunk[:passes]); lost != nil {
			return lost
		}
		if err != nil {
			return err
		}
	}
}

// valveWriter is a writer with a valve, which Close opens. It keeps what has passed.
type valveWriter struct {
	*valve
	mu  sync.Mutex
	got bytes.Buffer
}

func (w *valveWriter) Write(p []byte) (int, error) {
	n, err := w.pass(len(p))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got.Write(p[:n])
	return n, err
}

func (w *valveWriter) Close() error {
	w.open()
	return nil
}
