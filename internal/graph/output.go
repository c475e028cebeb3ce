package graph

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// Output is one output of a run.
type Output struct {
	config plan.OutputConfig
	name   string // for people: the path, the URL without its secrets, or the type of the writer
	node   string // the actor that writes it
	added  bool   // it was added to the running graph
	sink   outputSink
	live   *liveOutput // the sink of an output with BestEffort; nil: the output is required
	seat   *pipeline.Seat
	// setSeat sets seat, also for those who may ask before; nil: nobody does.
	setSeat func(*pipeline.Seat)

	// uncut ends the key frames that the encoders make for its segments; nil: they make none. It may
	// be called several times.
	uncut func()

	endOnce sync.Once                 // its end was logged
	final   atomic.Pointer[[]Latency] // those of its last seconds; nil: it goes on
}

// outputSink is what the sink of an output tells. Any goroutine may ask.
type outputSink interface {
	pipeline.Sink[pipeline.Packet]
	Written() int64
	Writing() time.Duration
	HeldOf(stream int) int64
	Latency(stream int) (p50, p99 time.Duration) // 0: nothing was written in the last seconds
	Refuse()
}

// containerSink writes the container of an output, or the containers of a recording in parts.
type containerSink interface {
	outputSink
	pipeline.Ticker
	pipeline.Expectant
	pipeline.Waker
	pipeline.Watched
	pipeline.Holder
	TimeLimits(stream int) container.TimeLimits
}

var (
	_ containerSink = (*muxer.Mux)(nil)
	_ containerSink = (*muxer.Parts)(nil)
	_ outputSink    = (*liveOutput)(nil)
)

// newOutput returns an output whose sink and seat are not known yet.
func newOutput(t *target, added bool) *Output {
	return &Output{config: t.Config, name: t.Config.DisplayName(), node: t.node, added: added}
}

// OutputState is a snapshot of an output.
type OutputState struct {
	Name       string // for people
	Node       string // the actor that writes it
	BestEffort bool
	State      State
	Written    int64 // bytes
	Queued     int   // packets
	Depth      int   // how many packets may wait
	Lost       int64 // packets
	Reconnects int
	Err        error // why it ended, or why its last connection did
	Latency    []Latency
}

// Latency says how long packets of a stream took to an output, over the last seconds: from the
// moment when a call of the program had handed over a frame, or the last sample of a packet, to the
// moment when its packet was passed to the destination. P50 is the median; one packet of a hundred
// took longer than P99.
type Latency struct {
	Stream   int // the index of the stream
	P50, P99 time.Duration
}

// latencies returns the latency of each stream of which packets were written in the last seconds.
func (o *Output) latencies(streams int) (all []Latency) {
	if final := o.final.Load(); final != nil {
		return *final
	}
	for stream := range streams {
		p50, p99 := o.sink.Latency(stream)
		if p99 == 0 {
			continue
		}
		if all == nil {
			all = make([]Latency, 0, streams)
		}
		all = append(all, Latency{stream, p50, p99})
	}
	return all
}

// state returns a snapshot of an output that gets so many streams.
func (o *Output) state(streams int) OutputState {
	q := o.seat.Queue()
	s := OutputState{
		Name: o.name, Node: o.node, BestEffort: o.live != nil, State: Running,
		Written: o.sink.Written(), Queued: q.Queued, Depth: q.Depth, Lost: q.Lost, Latency: o.latencies(streams),
	}
	if o.live != nil {
		o.live.fill(&s, q.Losing)
	}
	if o.HasEnded() {
		s.State = Ended
		if err := o.seat.Err(); err != nil {
			s.Err = err
		}
	}
	return s
}

// HasEnded says whether the output gets nothing more, and its destination is closed or was left
// behind.
func (o *Output) HasEnded() bool { return o.seat.HasEnded() }

// Close finishes the output alone, while the others go on. It returns why that failed.
func (o *Output) Close() error {
	if o.live != nil {
		o.live.leave()
	}
	err := o.seat.Leave(context.Background())
	if o.uncut != nil {
		o.uncut()
	}
	return err
}

// Err returns why the output ended; nil while it goes on, and after a good end.
func (o *Output) Err() error { return o.seat.Err() }

// Done is closed when the output has ended.
func (o *Output) Done() <-chan struct{} { return o.seat.Done() }

// fields say in a line of the log which output it is about.
func (o *Output) fields() []zap.Field {
	return []zap.Field{zap.String("node", o.node), zap.String("path", o.name)}
}
