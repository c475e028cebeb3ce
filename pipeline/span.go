package pipeline

import "time"

// span is a period, in time since the run was made. begin is 0 if there is no period; end is 0
// while it goes on.
type span struct{ begin, end time.Duration }

// within returns how much of the span lies between two moments.
func (s span) within(from, to time.Duration) time.Duration {
	switch {
	case s.begin == 0:
		return 0
	case s.end > 0:
		to = min(to, s.end)
	}
	return max(0, to-max(from, s.begin))
}
