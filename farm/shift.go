package farm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/worker"
)

// errStopping is why tasks end when the worker stops.
var errStopping = errors.New("the worker stops")

// errLeft marks the error of a worker that has left tasks behind.
var errLeft = errors.New("did not return when they were stopped")

// lastWords is how long tasks may take to end when they are stopped. A task tells the server then
// that it is given back.
const lastWords = 10 * time.Second

// lastPolls is how long polls may take to end before they are cut off. One that brings a task does
// so at once. The SDK drops a task that comes when it is stopped, and the server misses it only
// when its heartbeats do not come. A task that comes sooner is given back.
const lastPolls = 250 * time.Millisecond

// shift is the time in which a worker works: the SDK's workers, and what ends them.
type shift struct {
	w      *Worker
	sdk    []worker.Worker         // those that have been started
	cancel context.CancelCauseFunc // of all tasks
	fatal  chan error              // of the SDK
	ended  chan struct{}

	signals   chan os.Signal
	signalled bool // once
}

// newShift returns one that has not begun, and the context of its tasks. The caller calls end.
func (w *Worker) newShift() (*shift, context.Context) {
	s := &shift{w: w, signals: make(chan os.Signal, 2), fatal: make(chan error, 1), ended: make(chan struct{})}
	tasks, cancel := context.WithCancelCause(context.Background())
	s.cancel = cancel
	signal.Notify(s.signals, syscall.SIGINT, syscall.SIGTERM)
	return s, tasks
}

func (s *shift) end() {
	signal.Stop(s.signals)
	s.cancel(errStopping)
}

// start starts the SDK's workers, unless ctx ends first.
func (s *shift) start(ctx context.Context, workers []worker.Worker) error {
	for _, sdk := range workers {
		if ctx.Err() != nil {
			return nil
		}
		if err := sdk.Start(); err != nil {
			s.cancel(errStopping)
			s.w.node.Stop(errStopping)
			s.stop()
			return fmt.Errorf("farm: begin to take jobs from the server: %w", err)
		}
		s.sdk = append(s.sdk, sdk)
	}
	return nil
}

// refuse notes that the server refuses a worker.
func (s *shift) refuse(err error) {
	select {
	case s.fatal <- err:
	default: // the other queue's is known
	}
}

// wait waits until the worker must stop. The error says why, if it is not what was asked for.
func (s *shift) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.signals:
		s.signalled = true
		return nil
	case <-s.w.node.Sick():
		return fmt.Errorf("farm: the worker stops, because %w", s.w.node.Reason())
	case err := <-s.fatal:
		return fmt.Errorf("farm: the server refuses the worker: %w", err)
	}
}

// drain takes no more tasks, and returns when those that run have ended.
func (s *shift) drain() error {
	s.w.node.Stop(errStopping)
	s.w.cfg.Log.Info("worker drains", "jobs", s.w.node.Running(), "drain", s.w.cfg.Drain)
	go func() {
		s.w.node.AwaitPolls(lastPolls)
		s.stop()
	}()
	hurried := s.awaitTasks()
	s.cancel(errStopping)
	select {
	case <-s.ended:
		return hurried
	case <-time.After(lastWords):
		return errors.Join(hurried, s.left())
	}
}

// left returns why the SDK's workers have not ended: of a task, or because the server is away.
func (s *shift) left() error {
	if jobs := s.w.node.Running(); jobs > 0 {
		return fmt.Errorf("farm: %d jobs %w", jobs, errLeft)
	}
	const away = "farm: the server did not answer for %v when the worker was to end"
	jobs := s.w.node.Unreported()
	if jobs == 0 {
		return fmt.Errorf(away+", which had no job left", lastWords)
	}
	return fmt.Errorf(away+": %d jobs were not given back, and are begun anew by other workers "+
		"once their heartbeats are missed", lastWords, jobs)
}

// awaitTasks waits until all tasks have ended, or may go on no longer. The error tells of a second
// signal. The first one may come after the end of ctx: a program can end it by the same signal.
func (s *shift) awaitTasks() error {
	patience := time.NewTimer(max(0, s.w.cfg.Drain))
	defer patience.Stop()
	for {
		select {
		case <-s.ended:
			return nil
		case <-patience.C:
			if jobs := s.w.node.Running(); jobs > 0 { // otherwise, only the server is late
				s.w.cfg.Log.Warn("worker stops jobs that are not finished", "jobs", jobs, "drain", s.w.cfg.Drain)
			}
			return nil
		case got := <-s.signals:
			if !s.signalled {
				s.signalled = true
				s.w.cfg.Log.Info("worker drains already; a second signal stops its jobs", "signal", got.String())
				continue
			}
			signal.Stop(s.signals) // the next one ends the process
			return fmt.Errorf("farm: a second signal (%v) stopped %d jobs, which are begun anew by other workers",
				got, s.w.node.Running())
		}
	}
}

// stop stops the SDK's workers and waits for their tasks.
func (s *shift) stop() {
	defer close(s.ended)
	var stopping sync.WaitGroup
	for _, sdk := range s.sdk {
		stopping.Go(sdk.Stop)
	}
	stopping.Wait()
}
