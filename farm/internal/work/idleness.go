package work

import (
	"fmt"
	"time"
)

// idleness is how long an attempt has not advanced.
type idleness struct {
	every    time.Duration // between two calls of add
	last     time.Time
	advanced int64
	idle     time.Duration
}

// add returns for how long the number has not risen. Time in which the process itself was stopped
// does not count: no call came then.
func (i *idleness) add(now time.Time, advanced int64, waiting bool) time.Duration {
	passed := min(now.Sub(i.last), 2*i.every)
	i.last = now
	if advanced != i.advanced || waiting {
		i.advanced, i.idle = advanced, 0
		return 0
	}
	i.idle += passed
	return i.idle
}

// StallError is the cause for which an attempt ends that does not advance.
type StallError struct{ Stall time.Duration }

// Error says for how long it did not.
func (e *StallError) Error() string { return fmt.Sprintf("no frame for %v (RunConfig.Stall)", e.Stall) }
