package graph

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/muxer"
)

// muxName is the name of the actor that writes an output, by the output's index: mux, mux 1, mux 2,
// …
func muxName(output int) string {
	if output == 0 {
		return muxNode
	}
	return fmt.Sprintf("%s %d", muxNode, output)
}

// Sinks are the ends of a graph: what writes each output, by the output's index.
type Sinks []*muxer.Mux

// Written returns the size of what was written to all outputs together.
func (s Sinks) Written() (bytes int64) {
	for _, m := range s {
		bytes += m.Written()
	}
	return bytes
}

// Writing returns how long calls of a writer took: those of the output where they took longest.
func (s Sinks) Writing() (longest time.Duration) {
	for _, m := range s {
		longest = max(longest, m.Writing())
	}
	return longest
}

// Refuse makes all writes from now on fail.
func (s Sinks) Refuse() {
	for _, m := range s {
		m.Refuse()
	}
}
