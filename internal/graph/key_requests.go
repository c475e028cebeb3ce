package graph

import (
	"sync"
	"time"
)

// How often the encoders are asked for key frames, at most. A loss is over without hurry, and
// several outputs that cannot keep up must not fill the stream with key frames. An output that
// joins is what somebody waits for.
const (
	betweenLosses = 2 * time.Second
	betweenJoins  = 500 * time.Millisecond
)

// keyRequests asks the encoders for key frames at which outputs can begin, for all outputs of a run
// together. An output asks as long as it has no key frame. A request that comes too early is not
// kept: the output asks again at the next packet. Any goroutine may call its methods.
type keyRequests struct {
	now func() time.Time

	mu      sync.Mutex
	streams []keyStream
}

// keyStream is a stream whose encoder can be asked.
type keyStream struct {
	request func()       // nil: the encoder cannot be asked; key frames come when they come
	given   func() int64 // how many key frames the encoder has given
	asked   time.Time    // the last time; zero: never
	before  int64        // how many key frames there were then
}

// newKeyRequests returns the requests to the encoders of these streams.
func newKeyRequests(streams []OpenStream) *keyRequests {
	k := &keyRequests{now: time.Now, streams: make([]keyStream, len(streams))}
	for i, s := range streams {
		if s.RequestKey != nil {
			k.streams[i] = keyStream{request: s.RequestKey, given: func() int64 { return s.Progress().Keys }}
		}
	}
	return k
}

// forLoss asks for a key frame of a stream, with which an output goes on that has lost pictures.
func (k *keyRequests) forLoss(stream int) { k.ask(stream, betweenLosses) }

// forJoin asks for a key frame of a stream, with which an output begins.
func (k *keyRequests) forJoin(stream int) { k.ask(stream, betweenJoins) }

// ask asks the encoder of a stream, unless the last request is too young or the key frame of that
// request is still to come.
func (k *keyRequests) ask(stream int, between time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := &k.streams[stream]
	if s.request == nil {
		return
	}
	now, given := k.now(), s.given()
	if !s.asked.IsZero() && (now.Sub(s.asked) < between || given == s.before) {
		return
	}
	s.asked, s.before = now, given
	s.request()
}
