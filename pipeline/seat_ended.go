package pipeline

// HasEnded says whether Done is closed.
func (s *Seat) HasEnded() bool { return isClosed(s.done) }

// OnEnd has f called, on a goroutine of its own, when the sink has ended.
func (s *Seat) OnEnd(f func()) {
	go func() {
		<-s.done
		f()
	}()
}
