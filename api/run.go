package api

import (
	"context"
	"errors"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/graph"
)

// run is an encoder that was opened.
type run struct {
	*graph.Run
	ctx    context.Context // given to Open: its end is the end of the run
	logged atomic.Bool     // logEnd was called
}

// cause returns why the run stopped; nil while it goes on. The end of the context is visible here
// before the graph has noticed it.
func (r *run) cause() error {
	if cause := r.Cause(); cause != nil {
		return cause
	}
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return nil
}

// callError turns the result of a call that feeds a stream into the error that the caller gets: the
// cause of the run if that has stopped, otherwise a *PartialError.
func (r *run) callError(err error, accepted int) error {
	if err == nil {
		return nil
	}
	if cause := r.cause(); cause != nil {
		return cause
	}
	if errors.Is(err, ErrEnded) {
		return ErrEnded
	}
	return &PartialError{Accepted: accepted, Err: err}
}

// logEnd logs how the run went, once. The logger may call back into the encoder from here.
func (r *run) logEnd(s Stats, err error) {
	if r.logged.Swap(true) {
		return
	}
	r.Outputs.ReportEnds()
	if r.Journal.Silent() {
		return
	}
	if s.Abandoned > 0 {
		r.Journal.Log(zap.WarnLevel, "left behind: calls that did not return",
			zap.Int("actors", s.Abandoned), zap.Strings("nodes", s.snapshot().CallsInProgress()))
	}
	fields := []zap.Field{
		zap.Duration("elapsed", s.Elapsed), zap.Int64("bytes", s.BytesWritten), zap.String("bottleneck", s.Bottleneck()),
	}
	fields = append(fields, s.lostFields()...)
	for _, t := range s.Streams {
		fields = append(fields, zap.Dict(graph.StreamKey(t.Stream), t.fields()...))
	}
	if err != nil {
		r.Journal.Log(zap.ErrorLevel, "stopped", append(fields, zap.Error(err))...)
		return
	}
	r.Journal.Log(zap.InfoLevel, "closed", fields...)
}

// fields are the counters of a stream in the last line of the log.
func (t *StreamStats) fields() []zap.Field {
	fields := []zap.Field{
		zap.String("codec", t.Codec), zap.Int64("accepted", t.Accepted), zap.Duration("encoded", t.Encoded),
		zap.Int64("packets", t.Packets), zap.Int64("bytes", t.Bytes), zap.Float64("speed", t.Speed),
	}
	if t.Dropped > 0 {
		fields = append(fields, zap.Int64("dropped", t.Dropped))
	}
	if t.FPS > 0 {
		fields = append(fields, zap.Float64("fps", t.FPS))
	}
	return fields
}

// lostFields say in the last line of the log how many packets each output has lost.
func (s *Stats) lostFields() []zap.Field {
	var lost []zap.Field
	for i := range s.Outputs {
		if o := &s.Outputs[i]; o.Lost > 0 {
			lost = append(lost, zap.Int64(o.Node, o.Lost))
		}
	}
	if lost == nil {
		return nil
	}
	return []zap.Field{zap.Dict("lost_packets", lost...)}
}
