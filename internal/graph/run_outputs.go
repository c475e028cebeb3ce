package graph

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/plan"
)

// mostEnded is how many added outputs stay listed that have ended and were not closed.
const mostEnded = 32

// Outputs are the outputs of a run: those of Open, and those that were added and not closed since.
type Outputs struct {
	streams int          // of the run
	cause   func() error // why the run stopped; nil while it goes on
	lines   *fflog.AsyncLines

	reserving sync.Mutex // held while places are compared, which may look at the disk
	opening   []*place   // at which outputs are being added; guarded by mu

	mu      sync.Mutex
	all     []*Output     // in the order in which they were opened
	nodes   int           // how many actors there have been
	written int64         // bytes of outputs that are listed no more
	writing time.Duration // the longest of these
}

// place is where an output that is being added will write, and the name of its actor.
type place struct {
	config plan.OutputConfig
	node   string
}

// muxName returns the name of the actor that writes an output: mux, mux 1, mux 2 and so on.
func muxName(output int) string {
	if output == 0 {
		return muxNode
	}
	return fmt.Sprintf("%s %d", muxNode, output)
}

// Written returns the number of bytes that were written to all outputs together.
func (s *Outputs) Written() (bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bytes = s.written
	for _, o := range s.all {
		bytes += o.sink.Written()
	}
	return bytes
}

// Writing returns how long writes took in the required output in which they took longest.
func (s *Outputs) Writing() (longest time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	longest = s.writing
	for _, o := range s.all {
		if o.live == nil {
			longest = max(longest, o.sink.Writing())
		}
	}
	return longest
}

// HeldOf returns how many packets of a stream wait for other streams in the first required output.
func (s *Outputs) HeldOf(stream int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.all {
		if o.live == nil {
			return o.sink.HeldOf(stream)
		}
	}
	return 0
}

// Refuse makes all writes fail from now on.
func (s *Outputs) Refuse() {
	for _, o := range s.list() {
		o.sink.Refuse()
	}
}

// States returns a snapshot of each output, as convert makes it of the output's state.
func States[T any](s *Outputs, convert func(OutputState) T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetEnded()
	states := make([]T, len(s.all))
	for i, o := range s.all {
		states[i] = convert(o.state(s.streams))
	}
	return states
}

// list returns the outputs that are listed.
func (s *Outputs) list() []*Output {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetEnded()
	return slices.Clone(s.all)
}

// reserve takes the place of an output that is to be added, and names its actor. The caller calls
// add or cancel.
func (s *Outputs) reserve(config plan.OutputConfig) (*place, error) {
	s.reserving.Lock()
	defer s.reserving.Unlock()
	writer := s.writerTo(config)
	if writer != "" {
		const text = "is being written by %s; two containers in one place destroy each other"
		return nil, &fault.ConfigError{Field: "output", Value: config.DisplayName(), Reason: fmt.Sprintf(text, writer)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &place{config, muxName(s.nodes)}
	s.opening = append(s.opening, p)
	s.nodes++
	return p, nil
}

// writerTo returns the actor that writes to the same place; "": none does.
func (s *Outputs) writerTo(config plan.OutputConfig) string {
	for _, o := range s.list() {
		if !o.HasEnded() && overlaps(o.config, config) {
			return o.node
		}
	}
	s.mu.Lock()
	opening := slices.Clone(s.opening)
	s.mu.Unlock()
	for _, p := range opening {
		if overlaps(p.config, config) {
			return p.node
		}
	}
	return ""
}

// cancel gives back the place of an output that could not be added.
func (s *Outputs) cancel(p *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vacate(p)
}

// add lists an output.
func (s *Outputs) add(o *Output, p *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vacate(p)
	s.all = append(s.all, o)
}

// vacate removes a place from those at which outputs are being added. The caller holds the mutex.
func (s *Outputs) vacate(p *place) {
	s.opening = slices.DeleteFunc(s.opening, func(other *place) bool { return other == p })
}

// Forget lists an added output no more. Its bytes stay counted.
func (s *Outputs) Forget(o *Output) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(o)
}

// forget is Forget. The caller holds the mutex.
func (s *Outputs) forget(o *Output) {
	i := slices.Index(s.all, o)
	if i < 0 || !o.added {
		return
	}
	s.all = slices.Delete(s.all, i, i+1)
	s.written += o.sink.Written()
	if o.live == nil {
		s.writing = max(s.writing, o.sink.Writing())
	}
}

// forgetEnded forgets the oldest of the added outputs that have ended, if there are too many. The
// caller holds the mutex.
func (s *Outputs) forgetEnded() {
	ended := 0
	for _, o := range slices.Backward(s.all) { // what forget removes lies behind
		if !o.added || !o.HasEnded() {
			continue
		}
		ended++
		if ended > mostEnded {
			s.forget(o)
		}
	}
}

// ReportEnds logs the outputs that have failed and that the log does not have yet, and waits until
// the logger has the lines about all outputs.
func (s *Outputs) ReportEnds() {
	for _, o := range s.list() {
		if o.HasEnded() {
			s.reportEnd(o)
		}
	}
	s.lines.Flush()
}

// reportEnd keeps the last figures of an output that has ended, and logs why a best-effort one
// ended, once.
func (s *Outputs) reportEnd(o *Output) {
	o.endOnce.Do(func() {
		final := o.latencies(s.streams)
		o.final.Store(&final)
		err := o.seat.Err()
		if o.live == nil || err == nil || errors.Is(err, s.cause()) {
			return
		}
		s.lines.Add(zap.WarnLevel, "an output failed; the others go on", append(o.fields(), zap.Error(err))...)
	})
}
