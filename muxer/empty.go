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
// reason of a file without packets, too.
func (m *Mux) explainTrailer(err error) error {
	if m.dst.Err() == nil && err != nil && !slices.ContainsFunc(m.tracks, func(t track) bool { return t.started }) {
		return &EmptyError{err}
	}
	return m.writer.explain("write the trailer", err)
}
