package graph

import (
	"context"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// FilmOutput is an output of streams whose packets are made elsewhere, by encoders with the same
// settings (Settings.Keep). It has no actor. One goroutine at a time may use it.
type FilmOutput struct {
	Streams []muxer.Stream // as the encoders describe them when they open
	Videos  []*plan.Video
	target  *target
	opener  *outputOpener
}

// DescribeFilm opens all encoders, tries the header of the only output in memory, and closes the
// encoders. So it finds the errors that Start would find, and touches no destination. The caller
// closes the FilmOutput.
func DescribeFilm(ctx context.Context, cfg Config) (*FilmOutput, error) {
	b := newBuilder(ctx, cfg)
	describe := func() (o *FilmOutput, err error) {
		b.cfg.Journal.Callbacks.Call(func() { o, err = b.describeFilm(ctx) }) // the caller's logger is called in there
		return o, err
	}
	o, left, err := pipeline.Attempt(ctx, describe, b.wake, (*FilmOutput).Close)
	if left {
		b.reportLeft()
	}
	return o, err
}

func (b *builder) describeFilm(ctx context.Context) (*FilmOutput, error) {
	defer b.closeAll()
	if err := b.openEncoders(ctx); err != nil {
		return nil, err
	}
	t, opener := b.targets[0], b.outputOpener()
	if err := b.tryHeader(opener, t); err != nil {
		return nil, err
	}
	streams, err := b.streamsFor(t)
	if err != nil {
		return nil, err
	}
	for _, s := range streams {
		s.Codec.Hold()
	}
	return &FilmOutput{Streams: streams, Videos: b.videos(), target: t, opener: opener}, nil
}

// Container returns FFmpeg's name of the container.
func (o *FilmOutput) Container() string { return o.target.Container.Name }

// TimeLimits returns which times of a stream of pictures the container can hold.
func (o *FilmOutput) TimeLimits(stream int) (container.TimeLimits, error) {
	sink, err := o.opener.writeHeader(o.target, destination.DryFile(o.target.Config.Path), o.Streams, false)
	if err != nil {
		return container.TimeLimits{}, err
	}
	defer sink.Close()
	return sink.TimeLimits(stream), nil
}

// Create creates a file of that path, or empties it, and writes the header. The caller gives the
// sink the packets of all streams, in any order; it holds those of a stream until each other stream
// has brought one or has ended. The caller flushes and closes it.
func (o *FilmOutput) Create(path string) (pipeline.Sink[pipeline.Packet], error) {
	dst, err := destination.CreateFile(path)
	if err != nil {
		return nil, err
	}
	return o.opener.writeHeader(o.target, dst, o.Streams, false)
}

// Close frees the descriptions of the streams.
func (o *FilmOutput) Close() {
	if o != nil {
		freeStreams(o.Streams)
	}
}
