package graph

import (
	"context"
	"time"

	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// firstPass is the sink of an output in the first of two passes. It frees the packets, which no
// output gets: some encoders make none in that pass, and others make ones that are no video. The
// container has a header, which was written to nowhere, so that it can tell its limits.
type firstPass struct{ containerSink }

// openFirstPass opens the container of an output for the first of two passes. The destination is
// not touched.
func (o *outputOpener) openFirstPass(t *target, streams []muxer.Stream) (containerSink, error) {
	sink, err := o.writeHeader(t, destination.DryFile(t.Config.Path), streams, false)
	if err != nil {
		return nil, err
	}
	return firstPass{sink}, nil
}

// Expect does nothing: no packet waits for those of other streams.
func (firstPass) Expect([]*pipeline.Supply) {}

// Due returns that Tick need not be called.
func (firstPass) Due() time.Time { return time.Time{} }

// Tick does nothing.
func (firstPass) Tick(context.Context) error { return nil }

// Consume frees a packet.
func (firstPass) Consume(_ context.Context, _ int, p pipeline.Packet) error {
	p.Free()
	return nil
}

// EndInput does nothing.
func (firstPass) EndInput(context.Context, int) error { return nil }

// Flush writes no trailer.
func (firstPass) Flush(context.Context) error { return nil }
