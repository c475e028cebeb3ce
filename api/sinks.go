package api

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/muxer"
)

// muxName is the name of the actor that writes an output, by the output's index: mux, mux 1, mux 2, …
func muxName(output int) string {
	if output == 0 {
		return muxNode
	}
	return fmt.Sprintf("%s %d", muxNode, output)
}

// sinks are the ends of a graph: what writes each output, by the output's index.
type sinks []*muxer.Mux

// written returns the size of what was written to all outputs together.
func (s sinks) written() (bytes int64) {
	for _, m := range s {
		bytes += m.Written()
	}
	return bytes
}

// writing returns how long calls of a writer took: those of the output where they took longest.
func (s sinks) writing() (longest time.Duration) {
	for _, m := range s {
		longest = max(longest, m.Writing())
	}
	return longest
}

// refuse makes all writes from now on fail.
func (s sinks) refuse() {
	for _, m := range s {
		m.Refuse()
	}
}
