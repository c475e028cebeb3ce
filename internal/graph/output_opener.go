package graph

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// outputOpener opens outputs for the streams of a run. Any number of goroutines may use it.
type outputOpener struct {
	settings Settings
	journal  fflog.Journal
	lines    *fflog.Lines
	inputs   []refusable // by stream
	encoders []string    // their names, by stream
	videos   []*plan.Video
	pictures []*plan.Video // by stream; nil: it has no pictures
	canceled codec.Canceled
	running  bool // the encoders run already
	late     *lateStreams
	unnamed  bool // errors do not name the output, because it is the only one
}

// latestDestination is the destination that was opened last, which may have to be woken.
type latestDestination = atomic.Pointer[destination.Destination]

// muxerConfig returns the config of the muxer of an output.
func (o *outputOpener) muxerConfig(t *target, streams []muxer.Stream) muxer.Config {
	name := t.Config.DisplayName()
	if o.unnamed {
		name = ""
	}
	return muxer.Config{
		Name:      name,
		Format:    t.Container.Name,
		Options:   t.MuxerOptions,
		Metadata:  maps.Clone(t.Config.Metadata),
		Extras:    t.Extras,
		Streams:   streams,
		Segments:  t.Segments,
		Log:       o.lines.LogFor(t.node, pipeline.NoStream),
		CrashSafe: t.Config.WantsCrashSafe(o.settings.Temporary),
		Temporary: t.Config.IsTemporary(o.settings.Temporary),
		Patience:  t.Config.PatienceOrZero(),
		Warn: func(stream int, text string) {
			fields := []zap.Field{zap.String("node", t.node)}
			if stream != pipeline.NoStream {
				fields = append(fields, zap.Int("stream", stream))
			}
			o.journal.WarnAsync(text, fields...)
		},
	}
}

// tryHeader writes a header in memory. If that fails, its error explains why.
func (o *outputOpener) tryHeader(t *target, streams []muxer.Stream) error {
	cfg, dst := o.muxerConfig(t, streams), t.dryDestination()
	err := fault.First(
		t.CheckMetadata(), t.CheckExtras(dst.CanSeek()), o.checkFolderStreams(t, streams), o.checkPictures(t, streams),
		checkWords(t, streams), checkTimecodes(t, streams),
	)
	if err != nil {
		return err
	}
	err = muxer.Try(cfg, dst)
	if err == nil {
		return nil
	}
	r := &refusal{target: t, inputs: o.inputs, canceled: o.canceled, running: o.running}
	return r.explain(cfg, dst, err)
}

// checkPictures returns an error for what the target cannot say about the pictures of a stream.
func (o *outputOpener) checkPictures(t *target, streams []muxer.Stream) error {
	for i, video := range o.pictures {
		if video == nil {
			continue
		}
		codec := streams[i].Codec
		if err := video.CheckPicturesIn(t.Output, codec.Parameters.CodecID(), codec.Encoder); err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

// checkWords returns an error for a tag of a stream, or a word of its disposition, that the
// container would drop.
func checkWords(t *target, streams []muxer.Stream) error {
	for i, s := range streams {
		err := t.CheckWords(s.Codec.Parameters.MediaType(), s.Metadata, s.Disposition)
		if err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

// crashSafeWarning returns a warning if crash safety was asked for and is not possible; ""
// otherwise.
func (o *outputOpener) crashSafeWarning(t *target, streams []muxer.Stream) string {
	asked := t.Config.CrashSafe != nil && *t.Config.CrashSafe
	if !asked || muxer.CanBeCrashSafe(o.muxerConfig(t, streams), t.dryDestination()) {
		return ""
	}
	const text = "%s will not be crash-safe: the container, the streams or the options do not allow it"
	return fmt.Sprintf(text, t.Config.DisplayName())
}

// openMuxer opens the destination and writes the header. late: the container begins at a key frame,
// and its times at 0. The destination is stored in latest, so that another goroutine can wake it.
func (o *outputOpener) openMuxer(
	ctx context.Context, t *target, streams []muxer.Stream, late bool, latest *latestDestination,
) (containerSink, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	dst, err := o.connect(ctx, t)
	if err != nil {
		return nil, err
	}
	latest.Store(dst)
	if ctx.Err() != nil {
		dst.GiveUp() // nothing was written
		return nil, context.Cause(ctx)
	}
	return o.writeHeader(t, dst, streams, late)
}

// connect opens the destination.
func (o *outputOpener) connect(ctx context.Context, t *target) (*destination.Destination, error) {
	return t.open(ctx, o.lines.LogFor(t.node, pipeline.NoStream), o.journal.Callbacks)
}

// writeHeader writes the header to a destination, which it takes over.
func (o *outputOpener) writeHeader(
	t *target, dst *destination.Destination, streams []muxer.Stream, late bool,
) (containerSink, error) {
	if t.inParts() {
		return o.openParts(t, dst, streams, late)
	}
	cfg := o.muxerConfig(t, streams)
	cfg.Late = late
	mux, err := muxer.New(cfg, dst)
	if err != nil {
		return nil, fmt.Errorf("avloom: %s: %w", t.Container.Name, err)
	}
	return mux, nil
}
