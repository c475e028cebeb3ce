package api

import (
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/graph"
)

// logEnd says how it went.
func (r *run) logEnd(s Stats, err error) {
	fields := []zap.Field{
		zap.Duration("elapsed", s.Elapsed),
		zap.Int64("bytes", s.BytesWritten),
		zap.String("bottleneck", s.Bottleneck()),
	}
	for _, t := range s.Streams {
		fields = append(fields, zap.Dict(graph.StreamKey(t.Stream), t.totals()...))
	}
	if s.Abandoned > 0 {
		r.Log.Log(
			zap.WarnLevel,
			"left behind: calls that did not return",
			zap.Int("actors", s.Abandoned),
			zap.Strings("nodes", s.run().InCalls()),
		)
	}
	if err != nil {
		r.Log.Log(zap.ErrorLevel, "stopped", append(fields, zap.Error(err))...)
		return
	}
	r.Log.Log(zap.InfoLevel, "closed", fields...)
}

func (t *StreamStats) totals() []zap.Field {
	fields := []zap.Field{
		zap.String(
			"codec",
			t.Codec,
		),
		zap.Int64("accepted", t.Accepted),
		zap.Duration("encoded", t.Encoded),
		zap.Int64("packets", t.Packets),
		zap.Int64("bytes", t.Bytes),
		zap.Float64("speed", t.Speed),
	}
	if t.FPS > 0 {
		fields = append(fields, zap.Float64("fps", t.FPS))
	}
	return fields
}
