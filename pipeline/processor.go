package pipeline

import "context"

// processorStage is a copy of a processor.
type processorStage[In, Out any] struct {
	worker *worker[In]
	node   Processor[In, Out]
	out    *Outlet[Out]
	emit   Emit[Out] // send; made once, so that a call allocates nothing
}

func newProcessorStage[In, Out any](w *worker[In], node Processor[In, Out], out *Outlet[Out]) *processorStage[In, Out] {
	s := &processorStage[In, Out]{worker: w, node: node, out: out}
	s.emit = s.send
	return s
}

func (s *processorStage[In, Out]) consume(ctx context.Context, m message[In]) error {
	if m.kind == item {
		return s.node.Process(ctx, m.v, s.emit)
	}
	s.worker.beat()
	s.worker.awaitTurn()
	s.out.send(message[Out]{kind: m.kind, mark: m.mark}, nil, &s.worker.clock)
	s.worker.beat()
	return nil
}

func (s *processorStage[In, Out]) flush(ctx context.Context) error { return s.node.Flush(ctx, s.emit) }

func (s *processorStage[In, Out]) close() { s.node.Close() }

// send sends an item on, after all that was taken earlier has been sent. In a run that stopped,
// send does not wait: the outlet refuses the item.
func (s *processorStage[In, Out]) send(v Out) error {
	s.worker.beat()
	s.worker.awaitTurn()
	ok := s.out.send(message[Out]{v: v}, nil, &s.worker.clock)
	s.worker.beat()
	if !ok {
		return context.Cause(s.worker.run.ctx)
	}
	s.worker.emitted.Add(1)
	return nil
}
