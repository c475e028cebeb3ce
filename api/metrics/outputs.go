package metrics

import (
	"strconv"

	"github.com/avloom/avloom/api"
)

// The metrics of its outputs. The label output is the name of the output, which several can share;
// node tells them apart.
var (
	outputBytes    = counter("output_written_bytes", "Size of what the output has written.", outputLabels...)
	outputQueued   = gauge("output_queue_packets", "Packets that wait for the output now.", outputLabels...)
	outputCapacity = gauge("output_queue_capacity", "How many packets may wait.", outputLabels...)
	outputLost     = counter("output_lost_packets",
		"Packets that the output did not get, for lack of room or of a connection.", outputLabels...)
	outputReconnects = counter("output_reconnects", "How often the output was connected again.", outputLabels...)
	outputState      = gauge("output_state",
		"1 for the state in which the output is, 0 for the others.", append([]string{"state"}, outputLabels...)...)
	outputLatency = gauge("output_latency_seconds",
		"Time from the call that fed a frame to its packet at the output, over the last seconds.",
		append([]string{"quantile", "stream"}, outputLabels...)...)

	outputLabels = []string{"output", "node"}
	outputStates = []string{"connecting", "running", "losing", "waiting", "ended"}
)

func (c *collection) output(o *api.OutputStats) {
	labels := []string{o.Name, o.Node}
	c.put(outputBytes, float64(o.BytesWritten), labels...)
	c.put(outputQueued, float64(o.Queued), labels...)
	c.put(outputCapacity, float64(o.Depth), labels...)
	c.put(outputLost, float64(o.Lost), labels...)
	c.put(outputReconnects, float64(o.Reconnects), labels...)
	for _, state := range outputStates {
		is := 0.0
		if o.State == state {
			is = 1
		}
		c.put(outputState, is, append([]string{state}, labels...)...)
	}
	for _, l := range o.Latency {
		stream := strconv.Itoa(l.Stream)
		c.seconds(outputLatency, l.P50, append([]string{"0.5", stream}, labels...)...)
		c.seconds(outputLatency, l.P99, append([]string{"0.99", stream}, labels...)...)
	}
}
