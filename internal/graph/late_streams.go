package graph

import (
	"errors"
	"sync"

	"github.com/avloom/avloom/muxer"
)

// ErrOver is the error of an output that wants to join a run that is over.
var ErrOver = errors.New("avloom: the run is over")

// lateStreams describes the streams of a run to outputs that join later. The descriptions of Open
// are not enough for them: an encoder may tell its header with its first packet, which they do not
// get, and their containers may need a packet of silence that no other container needs.
type lateStreams struct {
	learners []learner // by stream

	mu      sync.Mutex
	streams []muxer.Stream // nil: the run is over
}

// learner completes the description of a stream for a container.
type learner func(s *muxer.Stream, container string) error

// describe returns the descriptions for a container. The caller frees them with freeStreams. After
// the end of the run the error is ErrOver. It may open an encoder, which takes its time.
func (l *lateStreams) describe(container string) ([]muxer.Stream, error) {
	streams, err := l.hold()
	if err != nil {
		return nil, err
	}
	for i := range streams {
		if err := l.learners[i](&streams[i], container); err != nil {
			freeStreams(streams)
			return nil, streamError(i, err)
		}
	}
	l.keep(streams)
	return streams, nil
}

// hold returns the descriptions that are known.
func (l *lateStreams) hold() ([]muxer.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams == nil {
		return nil, ErrOver
	}
	streams := make([]muxer.Stream, len(l.streams))
	for i, s := range l.streams {
		s.Codec.Hold()
		streams[i] = s
	}
	return streams, nil
}

// keep keeps what was found out about the streams for the next output.
func (l *lateStreams) keep(streams []muxer.Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.streams {
		streams[i].Codec.Hold()
		l.streams[i].Codec.Free()
		l.streams[i] = streams[i]
	}
}

// free frees the descriptions that are kept, at the end of the run.
func (l *lateStreams) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	freeStreams(l.streams)
	l.streams = nil
}

// freeStreams frees the descriptions of streams.
func freeStreams(streams []muxer.Stream) {
	for _, s := range streams {
		s.Codec.Free()
	}
}
