package plan

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
)

// Segments are how many frames of a stream the segments of each output have that has some.
type Segments struct {
	Exact []int64 // as the program says
	Usual []int64 // as long as they usually are, if the encoder can make key frames there
}

// All returns the lengths of the segments of all outputs.
func (s Segments) All() []int64 { return slices.Concat(s.Exact, s.Usual) }

// WithSegments returns the plan of the same stream for outputs with these segments. Its frames
// where segments begin are key frames, or can be if the encoder is asked for them.
func (p *Video) WithSegments(segments Segments) *Video {
	segmented := *p
	segmented.Segments = segments
	return &segmented
}

// segmentOptions returns the options of the encoder that segments need beside the others.
func (p *Video) segmentOptions(encoder *astiav.Codec, others []avoption.Option) ([]avoption.Option, error) {
	options, err := codec.SegmentOptions(encoder, p.Segments.All(), others)
	if err != nil && len(p.Segments.Usual) > 0 {
		options, err = codec.SegmentOptions(encoder, p.Segments.Exact, others)
	}
	return options, err
}
