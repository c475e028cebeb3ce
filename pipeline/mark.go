package pipeline

// mark travels through the graph between items. It shows a sink that everything before it has
// come.
type mark struct {
	number int64 // rises from mark to mark
	only   *Seat // the sink that leaves when the mark has come on all of its inputs; nil: all required sinks
}

// isFor says whether the mark goes to a consumer with this seat; nil: a processor, which passes it
// on.
func (m *mark) isFor(s *Seat) bool {
	return s == nil || m.only == s || m.only == nil && !s.guest
}

// syncMark is one call of Run.Sync at one sink. It is done when every input of the sink has passed
// the mark or has ended.
type syncMark struct {
	mark int64
	seat *Seat
	done chan struct{}
}
