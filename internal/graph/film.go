package graph

import (
	"context"

	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// FilmOutput is an output of streams whose packets are made elsewhere, by encoders with the same
// settings (Settings.Keep). It has no actor. One goroutine at a time may use it.
type FilmOutput struct {
	Streams []muxer.Stream // as the encoders describe them when they open
	target  *target
	opener  *outputOpener
}

// DescribeFilm opens all encoders, tries the header of the only output in memory, and closes the
// encoders. So it finds the errors that Start would find, and touches no destination. Stream 0 are
// so many pictures at a constant rate. The caller closes the FilmOutput.
func DescribeFilm(ctx context.Context, cfg Config, frames int) (*FilmOutput, error) {
	b := newBuilder(ctx, cfg)
	// The caller's logger is called in there.
	describe := func() (o *FilmOutput, err error) {
		b.cfg.Journal.Callbacks.Call(func() { o, err = b.describeFilm(ctx, int64(frames)) })
		return o, err
	}
	o, left, err := pipeline.Attempt(ctx, describe, b.wake, (*FilmOutput).Close)
	if left {
		b.reportLeft()
	}
	return o, err
}

func (b *builder) describeFilm(ctx context.Context, frames int64) (*FilmOutput, error) {
	defer b.closeAll()
	if err := b.openEncoders(ctx); err != nil {
		return nil, err
	}
	video := b.openStreams[0].Video
	if err := video.Orders.CheckFilm(); err != nil {
		return nil, streamError(0, err)
	}
	t, opener := b.targets[0], b.outputOpener()
	if err := b.tryHeader(opener, t); err != nil {
		return nil, err
	}
	streams, err := b.streamsFor(t)
	if err != nil {
		return nil, err
	}
	o := &FilmOutput{Streams: streams, target: t, opener: opener}
	if err := o.checkLength(video.Times, frames); err != nil {
		return nil, err
	}
	for _, s := range streams {
		s.Codec.Hold()
	}
	return o, nil
}

// checkLength returns an error if the container cannot hold the time of the last picture.
func (o *FilmOutput) checkLength(times Times, frames int64) error {
	sink, err := o.opener.writeHeader(o.target, destination.DryFile(o.target.Config.Path), o.Streams, false)
	if err != nil {
		return err
	}
	defer sink.Close()
	times.restrict(o.Container(), sink.TimeLimits(0))
	if e := times.Check(times.Duration((frames-1)*times.Frame), 0); e != nil {
		e.Field, e.Value = "Frames", frames
		return e
	}
	return nil
}

// Container returns FFmpeg's name of the container.
func (o *FilmOutput) Container() string { return o.target.Container.Name }

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
