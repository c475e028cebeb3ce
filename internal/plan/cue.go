package plan

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/pipeline"
)

// Cue is a text and when it is shown. Its fields are those of api.Cue.
type Cue struct {
	Start, End time.Duration
	Text       string
}

// NewCue checks a cue without regard to its container and to other cues, and returns it with times
// in units of 1/pipeline.CueClock s.
func NewCue(c Cue) (pipeline.Cue, error) {
	cue := pipeline.Cue{Start: cueTicks(c.Start), End: cueTicks(c.End)}
	switch {
	case c.Start < 0:
		return cue, &fault.ConfigError{Field: "Start", Value: c.Start, Reason: "is before the beginning of the file"}
	case c.End <= c.Start:
		reason := fmt.Sprintf("must be after Start, which is %v", c.Start)
		return cue, &fault.ConfigError{Field: "End", Value: c.End, Reason: reason}
	case cue.End == cue.Start:
		reason := fmt.Sprintf("is less than 1/%d s after Start, which is %v", pipeline.CueClock, c.Start)
		return cue, &fault.ConfigError{Field: "End", Value: c.End, Reason: reason}
	}
	text, reason := subtitle.Normalize(c.Text)
	if reason != "" {
		return cue, &fault.ConfigError{Field: "Text", Value: c.Text, Reason: reason}
	}
	cue.Text = text
	return cue, nil
}

// CheckCueText returns an error for a text that a codec of the outputs cannot hold.
func CheckCueText(text string, rules subtitle.Rules) error {
	if reason := rules.Check(text); reason != "" {
		return &fault.ConfigError{Field: "Text", Value: text, Reason: reason}
	}
	return nil
}

// cueTicks rounds a time to the nearest unit of a cue.
func cueTicks(d time.Duration) int64 {
	whole, rest := int64(d/time.Second), int64(d%time.Second)
	return whole*pipeline.CueClock + (rest*pipeline.CueClock+int64(time.Second)/2)/int64(time.Second)
}

// CueOrder checks that cues follow one another.
type CueOrder struct {
	any  bool
	last Cue
	end  pipeline.Cue // the last one
}

// Check returns an error for a cue that begins before the one before it, or, if the rules say so,
// before that one ends.
func (o *CueOrder) Check(c Cue, cue pipeline.Cue, rules subtitle.Rules) error {
	switch {
	case !o.any:
	case c.Start < o.last.Start:
		reason := fmt.Sprintf("is before the start of the cue before, which is %v; add cues in the order of their starts",
			o.last.Start)
		return &fault.ConfigError{Field: "Start", Value: c.Start, Reason: reason}
	case rules.Alone && cue.Start < o.end.End:
		reason := fmt.Sprintf("is before the end of the cue before, which is %v, and mov_text shows one cue at a time; "+
			"end that cue here, write the two as one, or take mkv", o.last.End)
		return &fault.ConfigError{Field: "Start", Value: c.Start, Reason: reason}
	}
	return nil
}

// Accept notes that a cue was accepted.
func (o *CueOrder) Accept(c Cue, cue pipeline.Cue) { o.any, o.last, o.end = true, c, cue }
