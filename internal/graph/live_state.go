package graph

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Waker   = (*liveOutput)(nil)
	_ pipeline.Watched = (*liveOutput)(nil)
	_ pipeline.Holder  = (*liveOutput)(nil)
)

// errLeaves is the error of an attempt to connect that was ended because the output leaves.
var errLeaves = errors.New("the output leaves")

// errOutputWoken is the error of an output that was woken while it was being opened.
var errOutputWoken = errors.New("the output was ended while it was being opened")

// State says what an output does.
type State string

// The states of an output.
const (
	Connecting State = "connecting" // it is being opened
	Running    State = "running"    // it gets packets
	Losing     State = "losing"     // it has no room for packets, and loses them
	Waiting    State = "waiting"    // its connection has failed; it will be made again
	Ended      State = "ended"
)

// liveState is what any goroutine may read of a liveOutput. Its mutex is that of the output.
type liveState struct {
	state      State // "": Connecting
	mux        containerSink
	err        error                   // why the last connection failed; nil once there is another
	stop       context.CancelCauseFunc // ends an attempt to connect; nil: none is under way
	header     *destination.Destination
	woken      bool          // Wake or Refuse was called
	leaving    bool          // the output is not opened again
	before     int64         // bytes of the containers that were closed
	writing    time.Duration // of these
	reconnects int
	final      []Latency // of a container that was finished, by stream

	lost  atomic.Int64 // packets that came while the output was not open, or before a key frame
	looks atomic.Int64 // of Activity
}

// beginConnecting notes that the output is being opened, and how to end that.
func (l *liveOutput) beginConnecting(stop context.CancelCauseFunc) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.woken:
		return errOutputWoken
	case l.leaving && l.connects:
		return errLeaves
	}
	l.state, l.stop = Connecting, stop
	return nil
}

// beginHeader notes that the destination is open and the header is being written.
func (l *liveOutput) beginHeader(dst *destination.Destination) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stop = nil
	if l.woken {
		return errOutputWoken
	}
	l.header = dst
	return nil
}

// beginRunning notes that the output is open.
func (l *liveOutput) beginRunning(mux containerSink) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		l.reconnects++
	}
	l.state, l.mux, l.header, l.connected, l.err = Running, mux, nil, time.Now(), nil
}

// beginWaiting notes that the output waits to be opened again, and why.
func (l *liveOutput) beginWaiting(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state, l.err = Waiting, err
}

// finish notes that the container is complete.
func (l *liveOutput) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = Ended
	for stream := range l.start.pictures {
		p50, p99 := l.mux.Latency(stream)
		l.final = append(l.final, Latency{stream, p50, p99})
	}
}

// closeMux closes the muxer, and keeps its counters.
func (l *liveOutput) closeMux() {
	l.mu.Lock()
	mux := l.mux
	l.mux, l.header, l.stop = nil, nil, nil
	if mux != nil {
		l.before += mux.Written()
		l.writing += mux.Writing()
	}
	l.mu.Unlock()
	if mux != nil {
		mux.Close()
	}
}

func (l *liveOutput) lastError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// leave has the output not connected any more, and ends an attempt that is under way. What is
// connected stays so until Flush. A file or a writer that was not opened yet is still opened,
// because that takes no time, and the result is a file.
func (l *liveOutput) leave() {
	l.mu.Lock()
	l.leaving = true
	stop := l.stop
	l.mu.Unlock()
	if stop != nil {
		stop(errLeaves)
	}
}

func (l *liveOutput) isLeaving() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leaving
}

func (l *liveOutput) isWoken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.woken
}

// Wake ends an attempt to connect, and makes a write that blocks return.
func (l *liveOutput) Wake() {
	l.refuse(func(dst *destination.Destination) { dst.Wake() }, func(mux containerSink) { mux.Wake() })
}

// Refuse makes all later writes fail, and does not touch the destination.
func (l *liveOutput) Refuse() {
	l.refuse(func(dst *destination.Destination) { dst.Refuse() }, func(mux containerSink) { mux.Refuse() })
}

func (l *liveOutput) refuse(header func(*destination.Destination), open func(containerSink)) {
	l.mu.Lock()
	l.woken = true
	stop, dst, mux := l.stop, l.header, l.mux
	l.mu.Unlock()
	switch {
	case stop != nil:
		stop(errOutputWoken)
	case dst != nil:
		header(dst)
	case mux != nil:
		open(mux)
	}
}

// Activity says what the output is doing. An output that is being opened has not stalled, however
// long that takes.
func (l *liveOutput) Activity() pipeline.Activity {
	l.mu.Lock()
	mux, dst, connecting := l.mux, l.header, l.stop != nil
	l.mu.Unlock()
	switch {
	case connecting:
		return pipeline.Activity{Doing: "connecting", Beats: l.looks.Add(1)}
	case dst != nil:
		return dst.Activity()
	case mux != nil:
		return mux.Activity()
	default:
		return pipeline.Activity{}
	}
}

// Held returns how many packets wait for other streams.
func (l *liveOutput) Held() int64 {
	if l.mux == nil { // the engine calls Held from the goroutine that sets it
		return 0
	}
	return l.mux.Held()
}

// HeldOf returns how many packets of a stream wait for other streams.
func (l *liveOutput) HeldOf(stream int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mux == nil {
		return 0
	}
	return l.mux.HeldOf(stream)
}

// Latency returns how long packets of a stream took to the container that is open, or that was
// finished last.
func (l *liveOutput) Latency(stream int) (p50, p99 time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.mux != nil:
		return l.mux.Latency(stream)
	case l.final != nil:
		return l.final[stream].P50, l.final[stream].P99
	default:
		return 0, 0
	}
}

// Written returns the size of all containers in bytes.
func (l *liveOutput) Written() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mux == nil {
		return l.before
	}
	return l.before + l.mux.Written()
}

// Writing returns how long all calls of the writers took.
func (l *liveOutput) Writing() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mux == nil {
		return l.writing
	}
	return l.writing + l.mux.Writing()
}

// fill adds to a snapshot what the output itself knows.
func (l *liveOutput) fill(s *OutputState, losing bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.State, s.Err, s.Reconnects = l.state, l.err, l.reconnects
	if s.State == "" {
		s.State = Connecting
	}
	if s.State == Running && losing {
		s.State = Losing
	}
	s.Lost += l.lost.Load()
}
