package muxer

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
)

// addWords tells FFmpeg's muxer the tags of a stream, and what the stream is for.
func (w *writer) addWords(stream *astiav.Stream, s Stream, isDefault bool) error {
	flags := stream.DispositionFlags() | container.DispositionFlags(s.Disposition)
	if isDefault {
		flags = flags.Add(astiav.DispositionFlagDefault)
	}
	stream.SetDispositionFlags(flags)
	tags := container.StreamTags(w.format.OutputFormat().Name(), s.Metadata, s.Disposition)
	if len(tags) == 0 {
		return nil
	}
	metadata, err := astiavx.NewDictionary(tags)
	if err != nil {
		return fmt.Errorf("add a stream: %w", err)
	}
	stream.SetMetadata(metadata) // which takes it over
	return nil
}

// defaults returns the indexes of the streams that are the default of their kind although they do
// not say so: the first one of pictures, and of sound, that leaves it open, if no stream of the
// kind says that it is. Matroska must be told.
func defaults(streams []Stream) (indexes []int) {
	for _, kind := range []astiav.MediaType{astiav.MediaTypeVideo, astiav.MediaTypeAudio} {
		isSaid := slices.ContainsFunc(streams, func(s Stream) bool {
			return s.Codec.kind() == kind && slices.Contains(s.Disposition, "default")
		})
		first := slices.IndexFunc(streams, func(s Stream) bool {
			return s.Codec.kind() == kind && s.Disposition == nil
		})
		if !isSaid && first >= 0 {
			indexes = append(indexes, first)
		}
	}
	return indexes
}
