package pipeline

import (
	"sync"
	"time"
)

// feeder is a source of items of any type.
type feeder interface {
	End()
	sync(m *mark, cancelled <-chan struct{}) bool
	streamOf() int
	hasEnded() bool
	fedAt() time.Duration // since the run was made; 0: never
	lastCall() span       // the call that feeds the source now, or the last one that did
}

// anyActor is an actor that takes items of any type.
type anyActor interface {
	stats() NodeStats
	stuck() bool
	failIfStalled(timeout time.Duration)
	streamOf() int
	underway(stream int) bool
	wake(waking *sync.WaitGroup)
}
