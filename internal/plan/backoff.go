package plan

import (
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// Backoff says how long an output waits until it connects again: First after its first failure,
// then longer after each one, up to Longest.
type Backoff struct{ First, Longest time.Duration }

// check returns an error for waits that are no backoff, and for an output of this kind that cannot
// be connected again.
func (b *Backoff) check(o OutputConfig) error {
	switch {
	case b == nil:
		return nil
	case o.Kind != ToURL:
		const reason = "is for URLs; a file or a writer that has failed cannot be begun anew; " +
			"set BestEffort if the run is to go on without it"
		return &fault.ConfigError{Field: "Reconnect", Value: o.DisplayName(), Reason: reason}
	case b.First <= 0:
		const reason = "must be more than 0: it is how long to wait after the first failure"
		return &fault.ConfigError{Field: "Reconnect", Value: b.First, Reason: reason}
	case b.Longest < b.First:
		reason := "is the longest wait, but shorter than the first, which is " + b.First.String()
		return &fault.ConfigError{Field: "Reconnect", Value: b.Longest, Reason: reason}
	default:
		return nil
	}
}

// CheckRequired returns an error if the run would go on without every one of its outputs.
func CheckRequired(outputs []OutputConfig) error {
	for _, o := range outputs {
		if !o.BestEffort {
			return nil
		}
	}
	first := outputs[0]
	field, reason := "BestEffort", "is set for every output; leave it out for at least one, which the run is for"
	if first.Reconnect != nil {
		field = "Reconnect"
		reason = "implies BestEffort, which every output has; give at least one output without the two, which the run is for"
	}
	return &fault.ConfigError{Field: field, Value: first.DisplayName(), Reason: reason}
}
