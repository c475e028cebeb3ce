package graph

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// askedStream counts requests. Its encoder gives each key frame when the test says so.
type askedStream struct{ requests, keys int64 }

func (s *askedStream) keyStream() keyStream {
	return keyStream{request: func() { s.requests++ }, given: func() int64 { return s.keys }}
}

// requestsAt returns requests to one stream, and a function that moves their clock.
func requestsAt() (k *keyRequests, s *askedStream, at func(time.Duration)) {
	s = new(askedStream)
	now := time.Now()
	k = &keyRequests{now: func() time.Time { return now }, streams: []keyStream{s.keyStream()}}
	begin := now
	return k, s, func(d time.Duration) { now = begin.Add(d) }
}

func TestKeyRequestsOfJoinsAreCoalesced(t *testing.T) {
	k, s, at := requestsAt()
	k.forJoin(0)
	require.EqualValues(t, 1, s.requests)
	k.forJoin(0)
	require.EqualValues(t, 1, s.requests, "the key frame is still to come")
	s.keys++
	at(betweenJoins - 1)
	k.forJoin(0)
	require.EqualValues(t, 1, s.requests, "too early")
	at(betweenJoins)
	k.forJoin(0)
	require.EqualValues(t, 2, s.requests)
}

// An encoder that looks ahead gives the key frame late. It is not asked again meanwhile.
func TestKeyRequestsWaitForAnEncoderThatLooksAhead(t *testing.T) {
	k, s, at := requestsAt()
	k.forJoin(0)
	for d := range 10 {
		at(time.Duration(d) * time.Second)
		k.forJoin(0)
		k.forLoss(0)
	}
	require.EqualValues(t, 1, s.requests)
	s.keys++
	k.forLoss(0)
	require.EqualValues(t, 2, s.requests)
}

func TestKeyRequestsOfLosses(t *testing.T) {
	k, s, at := requestsAt()
	k.forLoss(0)
	s.keys++
	at(betweenLosses - 1)
	k.forLoss(0)
	require.EqualValues(t, 1, s.requests)
	k.forJoin(0)
	require.EqualValues(t, 2, s.requests, "an output that joins does not wait so long")
	s.keys++
	at(betweenLosses + betweenJoins)
	k.forLoss(0)
	require.EqualValues(t, 2, s.requests, "the request of the join counts")
}

func TestKeyRequestsToAnEncoderThatCannotBeAsked(t *testing.T) {
	k := &keyRequests{now: time.Now, streams: make([]keyStream, 1)}
	k.forJoin(0)
	k.forLoss(0)
}
