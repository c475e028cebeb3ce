package pipeline

// isClosed says whether a channel that carries nothing is closed. A nil channel is not.
func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// within waits until all of done are closed. False: the time was up before.
func within[T any](up <-chan T, done ...<-chan struct{}) bool {
	for _, ch := range done {
		select {
		case <-ch:
		case <-up:
			return false
		}
	}
	return true
}
