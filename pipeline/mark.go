package pipeline

// syncMark is one call of Run.Sync at one sink. It is done when every input of the sink has passed
// the mark or has ended.
type syncMark struct {
	mark int64
	done chan struct{}
}
