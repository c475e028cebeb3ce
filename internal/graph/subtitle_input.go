package graph

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// SubtitleInput is where the cues of one stream enter a running graph.
type SubtitleInput struct {
	Source *pipeline.Source[pipeline.Cue]
	Rules  subtitle.Rules // that each cue has to keep, because of the codecs of the outputs
	length limit          // of a cue
	last   limit          // time
}

// restrict takes the limits of another container into account.
func (s *SubtitleInput) restrict(name string, l container.TimeLimits) {
	s.length.restrict(name, l.Gap)
	s.last.restrict(name, l.Last)
}

// CheckTimes returns an error for the times of a cue that a container of a required output cannot
// hold.
func (s *SubtitleInput) CheckTimes(start, end time.Duration) error {
	switch {
	case s.last.most > 0 && end > s.last.most:
		reason := fmt.Sprintf("is beyond what %s can hold, which is %v", s.last.container, s.last.most)
		return &fault.ConfigError{Field: "End", Value: end, Reason: reason}
	case s.length.most > 0 && end-start > s.length.most:
		reason := fmt.Sprintf("is too long after Start: %s holds cues of %v", s.length.container,
			s.length.most.Truncate(time.Second))
		return &fault.ConfigError{Field: "End", Value: end, Reason: reason}
	}
	return nil
}
