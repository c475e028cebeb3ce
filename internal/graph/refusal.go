package graph

import (
	"errors"
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// mostHeaders bounds how many headers are written in memory to find out what a container refuses. A
// search takes a few hundred at most, unless there are very many streams.
const mostHeaders = 1000

// refusal finds out what the container of an output refuses in a header.
type refusal struct {
	*target
	inputs   []refusable // by stream
	canceled codec.Canceled
	running  bool // the encoders run already
	headers  int  // written so far
}

// refusable is a stream that a container may refuse.
type refusable interface {
	// explainRefusal looks for a change of the stream with which the container accepts the header. It
	// returns an error that names what is to be changed; nil if it finds none.
	explainRefusal(r *refusal, own muxer.Stream, accepts acceptsStream) error
	// explainRate returns the error about a frame rate that the container cannot signal.
	explainRate(container string, e *container.RateError) error
	// explainIrregular returns the error about pictures that do not follow one another at a constant
	// rate, if the container needs them to.
	explainIrregular(container string) error
}

// acceptsStream reports whether a header in memory succeeds with this stream instead of the refused
// one.
type acceptsStream func(muxer.Stream) bool

// explain turns the error of a header into one that tells what the container would accept.
func (r *refusal) explain(cfg muxer.Config, dst *destination.Destination, err error) error {
	name := r.Container.Name
	if unused, ok := errors.AsType[*muxer.UnusedOptionsError](err); ok {
		return &fault.ConfigError{Field: "FormatOptions", Value: unused.Names, Reason: name + " does not use them"}
	}
	if needs, ok := errors.AsType[*container.NeedsFileError](err); ok {
		return r.needsFile(needs.Option)
	}
	if rate, ok := errors.AsType[*container.RateError](err); ok {
		return streamError(rate.Stream, r.inputs[rate.Stream].explainRate(name, rate))
	}
	if irregular, ok := errors.AsType[*container.IrregularError](err); ok {
		return streamError(irregular.Stream, r.inputs[irregular.Stream].explainIrregular(name))
	}
	if !dst.CanSeek() && !dst.HasFiles() && r.accepts(cfg, destination.DryFile("")) {
		const reason = "it cannot be written front to back; " +
			"give a file or an io.WriteSeeker such as MemoryFile, or a container that can"
		return &fault.ConfigError{
			Field: "Format", Value: name, Reason: reason, Err: err,
			Supported: []string{"mp4", "mov", "matroska", "webm", "mpegts", "flv", "ogg"},
		}
	}
	explained := r.explainStream(cfg, dst)
	if explained != nil {
		return explained
	}
	reason := "the container refuses these streams"
	if len(cfg.Streams) > 1 && r.acceptsEachAlone(cfg, dst) {
		reason = "takes each of these streams alone, but not together; take another container"
	}
	return &fault.ConfigError{Field: "Format", Value: name, Reason: reason, Err: err}
}

// needsFile returns the error about a container, or an option, for which FFmpeg reads its own
// output.
func (r *refusal) needsFile(option string) error {
	if option == "" {
		return &fault.ConfigError{
			Field: "Format", Value: r.Container.Name,
			Reason: "FFmpeg reads it again to finish it; write it to a file, with OpenFile",
		}
	}
	return &fault.ConfigError{
		Field: "FormatOptions[" + option + "]", Value: r.MuxerOptions[option],
		Reason: "FFmpeg reads the output again to do this; write it to a file, with OpenFile, or leave it out",
	}
}

// accepts reports whether the container accepts a header. It is false once mostHeaders were tried,
// and once the caller has given up.
func (r *refusal) accepts(cfg muxer.Config, dst *destination.Destination) bool {
	r.headers++
	return r.headers <= mostHeaders && !r.canceled.Now() && muxer.Try(cfg, dst) == nil
}

// explainStream finds the stream that the container refuses, and what in it. It first changes one
// stream and leaves the others as they are. Then it looks at each stream that is refused alone.
func (r *refusal) explainStream(cfg muxer.Config, dst *destination.Destination) error {
	for i, own := range cfg.Streams {
		err := r.inputs[i].explainRefusal(r, own, func(s muxer.Stream) bool {
			other := cfg
			other.Streams = slices.Clone(cfg.Streams)
			other.Streams[i] = s
			return r.accepts(other, dst)
		})
		if err != nil {
			return streamError(i, err)
		}
	}
	if len(cfg.Streams) < 2 {
		return nil
	}
	acceptsAlone := r.acceptsAlone(cfg, dst)
	for i, own := range cfg.Streams {
		if acceptsAlone(own) {
			continue
		}
		err := r.inputs[i].explainRefusal(r, own, acceptsAlone)
		if err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

// acceptsAlone returns a function that reports whether the container accepts a header with a single
// stream.
func (r *refusal) acceptsAlone(cfg muxer.Config, dst *destination.Destination) acceptsStream {
	return func(s muxer.Stream) bool {
		cfg.Streams = []muxer.Stream{s}
		return r.accepts(cfg, dst)
	}
}

func (r *refusal) acceptsEachAlone(cfg muxer.Config, dst *destination.Destination) bool {
	acceptsAlone := r.acceptsAlone(cfg, dst)
	return !slices.ContainsFunc(cfg.Streams, func(s muxer.Stream) bool { return !acceptsAlone(s) })
}

// acceptedEncoders returns the names of those encoders of whose codec the container accepts a
// stream: of the well-known ones, and of the container's defaults.
func (r *refusal) acceptedEncoders(media astiav.MediaType, accepts func(*astiav.Codec) bool) []string {
	candidates := slices.Clone(codec.WellKnownEncoders)
	for _, id := range []astiav.CodecID{r.Container.VideoCodec, r.Container.AudioCodec} {
		encoder := astiav.FindEncoder(id)
		if encoder != nil && !slices.Contains(candidates, encoder.Name()) {
			candidates = append(candidates, encoder.Name())
		}
	}
	var names []string
	for _, name := range candidates {
		encoder := astiav.FindEncoderByName(name)
		if encoder == nil || encoder.ID().MediaType() != media {
			continue
		}
		can, known := container.Carries(r.Container.Streams(), encoder.ID())
		if (can || !known) && accepts(encoder) {
			names = append(names, name)
		}
	}
	return names
}

// refusedCodec returns the error about a codec, with the encoders that would do; nil if there is no
// such encoder.
func (r *refusal) refusedCodec(c *muxer.Codec, supported []string) error {
	if len(supported) == 0 {
		return nil
	}
	text := "%s cannot carry %s so; take another container, or one of these"
	if r.running {
		text = "%s cannot carry %s as the running encoder makes it; take another container, or open with one of these"
	}
	return &fault.ConfigError{
		Field: "Codec", Value: c.Encoder, Supported: supported,
		Reason: fmt.Sprintf(text, r.Container.Name, c.Parameters.CodecID().Name()),
	}
}
