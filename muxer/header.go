package muxer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
)

// UnusedOptionsError names the options that FFmpeg's muxer did not use.
type UnusedOptionsError struct{ Names []string }

func (e *UnusedOptionsError) Error() string {
	return fmt.Sprintf("the container does not use the options %q", e.Names)
}

// header is what the header of the container needs besides the streams.
type header struct {
	options map[string]string // of FFmpeg's muxer
	tags    map[string]string
}

// addStreams describes the streams to FFmpeg's muxer, which gets these options with its header.
func (w *writer) addStreams(streams []Stream, options map[string]string) ([]track, error) {
	tracks := make([]track, len(streams))
	defaults := defaults(streams)
	for i, s := range streams {
		stream, err := w.addStream(s, options)
		if err != nil {
			return nil, err
		}
		if err := w.addWords(stream, s, slices.Contains(defaults, i)); err != nil {
			return nil, err
		}
		tracks[i] = newTrack(w.container(), s)
		if container.NeedsHeadersInBand(w.rules(), s.Codec.id(), s.Codec.GlobalHeader) {
			tracks[i].headers = newHeaderInserter(stream)
		}
	}
	return tracks, nil
}

// addStream describes one stream.
func (w *writer) addStream(s Stream, options map[string]string) (*astiav.Stream, error) {
	stream := w.format.NewStream(nil)
	if stream == nil {
		return nil, errors.New("add a stream: out of memory")
	}
	p := stream.CodecParameters()
	if err := s.Codec.Parameters.Copy(p); err != nil {
		return nil, fmt.Errorf("add a stream: %w", err)
	}
	if tag := container.CodecTag(w.container(), s.Codec.id(), s.Tag); tag != "" {
		p.SetCodecTag(astiav.CodecTag(binary.LittleEndian.Uint32([]byte(tag))))
	}
	if s.Codec.id() == astiav.CodecIDMovText {
		prepareText(p, options)
	}
	stream.SetSampleAspectRatio(s.Codec.Parameters.SampleAspectRatio())
	if s.Alter != nil {
		s.Alter(p)
	}
	if err := container.CheckStream(w.container(), p); err != nil {
		return nil, err
	}
	if container.HidesFrameSize(w.container(), s.Codec.id()) {
		p.SetFrameSize(0)
	}
	stream.SetTimeBase(s.timeBase())
	if s.FrameRate.Num() > 0 && (!s.Irregular || !container.RateIsConstant(w.container())) {
		stream.SetAvgFrameRate(s.rate())
	}
	return stream, nil
}

// writeHeader writes the header, with the program's metadata.
func (w *writer) writeHeader(muxerOptions, tags map[string]string) error {
	options, err := astiavx.NewDictionary(muxerOptions)
	if err != nil {
		return err
	}
	defer options.Free()
	metadata, err := astiavx.NewDictionary(tags)
	if err != nil {
		return err
	}
	w.format.SetMetadata(metadata) // which takes it over
	if err := w.writeHeaderOf(options); err != nil {
		return w.explain("write the header", err)
	}
	if unused := astiavx.DictionaryKeys(options); len(unused) > 0 {
		return &UnusedOptionsError{Names: unused}
	}
	return w.explain("write the header", nil)
}

// writeHeaderOf writes the header with these options.
func (w *writer) writeHeaderOf(options *astiav.Dictionary) error {
	if w.files != nil {
		return w.files.writeHeader(options)
	}
	return w.format.WriteHeader(options)
}

// checkIrregular finds a stream of pictures at any times in a container that knows constant rates
// only.
func (w *writer) checkIrregular(streams []Stream) error {
	for i, s := range streams {
		if s.Irregular && !container.TakesIrregular(w.rules()) {
			return &container.IrregularError{Stream: i}
		}
	}
	return nil
}

// checkRates finds a stream of pictures whose frame rate the container, whose header has been
// written, cannot signal.
func (w *writer) checkRates(streams []Stream) error {
	for i, s := range streams {
		if s.FrameRate.Num() <= 0 {
			continue
		}
		clock := w.format.Streams()[i].TimeBase()
		err := container.CheckRate(w.rules(), s.Codec.Parameters.Height(), clock, s.rate())
		if err != nil {
			err.Stream = i
			return err
		}
	}
	return nil
}

// readTimeBases reads the time bases that FFmpeg's muxer has chosen for its streams in the header.
func (w *writer) readTimeBases(tracks []track) {
	format := w.format.OutputFormat()
	for i, s := range w.format.Streams()[:len(tracks)] { // a cover or attachments may follow
		tracks[i].to, tracks[i].held = s.TimeBase(), s.TimeBase()
		tracks[i].repeats = format.Flags().Has(astiav.IOFormatFlagTsNonstrict)
	}
}
