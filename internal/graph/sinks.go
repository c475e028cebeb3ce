package graph

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/muxer"
)

// muxName returns the name of the actor that writes an output, by the output's index: mux, mux 1,
// mux 2 and so on.
func muxName(output int) string {
	if output == 0 {
		return muxNode
	}
	return fmt.Sprintf("%s %d", muxNode, output)
}

// Sinks are the muxers at the end of a graph. Each writes one output, by the output's index.
type Sinks []*muxer.Mux

// Written returns the number of bytes that were written to all outputs together.
func (s Sinks) Written() (bytes int64) {
	for _, m := range s {
		bytes += m.Written()
	}
	return bytes
}

// Writing returns how long writes took in the output in which they took longest.
func (s Sinks) Writing() (longest time.Duration) {
	for _, m := range s {
		longest = max(longest, m.Writing())
	}
	return longest
}

// Refuse makes all writes fail from now on.
func (s Sinks) Refuse() {
	for _, m := range s {
		m.Refuse()
	}
}
