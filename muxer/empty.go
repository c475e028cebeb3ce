package muxer

import (
	"fmt"
	"slices"
)

// EmptyError is the error of a container that has no empty files, gif for one, for an output that
// got no packet. Nothing else is wrong.
type EmptyError struct{ Err error }

func (e *EmptyError) Error() string {
	return fmt.Sprintf("write the trailer of a file without any packets: %v", e.Err)
}

// Unwrap returns FFmpeg's error.
func (e *EmptyError) Unwrap() error { return e.Err }

// explainTrailer explains why the trailer could not be written. An error of the destination is the
// reason of a file without packets, too. An output that joined late may have come too late for
// packets, which is no error.
func (m *Mux) explainTrailer(err error) error {
	started := slices.ContainsFunc(m.tracks, func(t track) bool { return t.started })
	switch {
	case err == nil, started, m.dst.Err() != nil:
		return m.writer.explain("write the trailer", err)
	case m.beginning.late:
		return nil
	default:
		return &EmptyError{err}
	}
}
