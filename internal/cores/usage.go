package cores

import "time"

// Usage is what had been used up to a moment.
type Usage struct {
	process string
	at      time.Time
	used    time.Duration // by the process
	idle    time.Duration // of the cores that the process may run on, since some moment before; only if known
	known   bool
	cores   float64 // that the process may use at a time
}

// Stats says how much CPU time was used over a span of time.
type Stats struct {
	Process string        // names the process: no other has the same name
	Cores   float64       // how many cores the process may use at a time
	Span    time.Duration // over which Used and Idle were counted
	Used    time.Duration // by all threads of the process together
	// Idle is for how long the cores that the process may run on did nothing, all together. Where the
	// system does not tell, it is what the process has left of them.
	Idle time.Duration
}

// Since returns what was used between two moments.
func (u Usage) Since(earlier Usage) Stats {
	s := Stats{Process: u.process, Cores: u.cores, Span: u.at.Sub(earlier.at), Used: u.used - earlier.used}
	if u.known && earlier.known {
		s.Idle = max(0, u.idle-earlier.idle)
	} else {
		s.Idle = max(0, time.Duration(s.Cores*float64(s.Span))-s.Used)
	}
	return s
}
