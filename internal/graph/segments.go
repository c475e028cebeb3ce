package graph

import (
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// planSegments tells the streams of pictures how long the segments of the outputs are, so that
// their encoders are opened with key frames there.
func (b *builder) planSegments() {
	for _, input := range b.inputs {
		video, ok := input.(*videoBuild)
		if !ok {
			continue
		}
		var segments plan.Segments
		for _, t := range b.targets {
			frames := t.KeyEvery(video.plan)
			switch {
			case frames == 0:
			case t.Config.SegmentEvery == nil:
				segments.Usual = append(segments.Usual, frames)
			default:
				segments.Exact = append(segments.Exact, frames)
			}
		}
		video.plan = video.plan.WithSegments(segments)
	}
}

// Segments cuts the frames of a stream into segments while the graph runs.
type Segments struct {
	plan   *plan.Video
	orders *VideoOrders
	encode *nodes.Encode[pipeline.Frame]
}

// add makes the first frame of each segment of an output from now on a key frame: each frame whose
// number is a multiple of the frames of a segment. remove ends that. An error is a
// *fault.ConfigError.
func (s *Segments) add(t *plan.Output) (remove func(), err error) {
	frames := t.KeyEvery(s.plan)
	if frames == 0 {
		return func() {}, nil
	}
	err = codec.CheckSegments(s.orders.codec, frames, s.orders.options)
	if err != nil && t.Config.SegmentEvery != nil {
		return nil, err
	}
	if s.orders.CheckKey() != nil { // the encoder makes them by itself, if at all
		return func() {}, nil
	}
	s.encode.AddKeyGrid(frames)
	return func() { s.encode.RemoveKeyGrid(frames) }, nil
}

// addSegments makes the first picture of each segment of an output a key frame, in all streams of
// pictures. remove ends that.
func (r *Run) addSegments(t *plan.Output) (remove func(), err error) {
	var removes []func()
	remove = func() {
		for _, remove := range removes {
			remove()
		}
	}
	for i, s := range r.Streams {
		if s.Video == nil {
			continue
		}
		removeOne, err := s.Video.Segments.add(t)
		if err != nil {
			remove()
			return nil, streamError(i, err)
		}
		removes = append(removes, removeOne)
	}
	return remove, nil
}
