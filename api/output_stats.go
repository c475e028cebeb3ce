package api

import (
	"encoding/json"

	"github.com/avloom/avloom/internal/graph"
)

// OutputStats are the figures of one output. In JSON the error is text, or null. Converted back,
// the error has the same text, and errors.Is finds nothing in it.
type OutputStats struct {
	Name         string // the path, the URL without secrets, or the type of the writer
	Node         string // the actor that writes the output, as Nodes and Edges name it: "mux", "mux 1", …
	BestEffort   bool   // the run goes on without the output
	State        string // "connecting", "running", "losing", "waiting" (to connect again) or "ended"
	BytesWritten int64  // over all connections of the output
	Queued       int    // packets that wait for the output now
	Depth        int    // how many packets may wait
	// Lost counts packets that the output did not get: of an output with BestEffort, those for which
	// there was no room, and those that came while it was not connected.
	Lost       int64
	Reconnects int   // how often the output was connected again
	Err        error // why the output ended, or why its last connection did; nil while it runs
	// Latency has an entry for each stream of which packets were written in the last seconds; after
	// the end, in its last seconds.
	Latency []LatencyStats
}

// LatencyStats says how long packets of a stream took to an output, over the last seconds.
//
//	type LatencyStats struct {
//		Stream   int           // the index of the stream
//		P50, P99 time.Duration // the median, and what 99 of 100 packets did not exceed
//	}
//
// The time begins when a call has handed over a frame, or the last sample of a packet. It ends when
// the packet was passed to the destination; in containers of fragments and clusters that is when
// these end, and in playlists and manifests when the segment is complete.
type LatencyStats = graph.Latency

// outputStatsOf returns the figures of an output.
func outputStatsOf(s graph.OutputState) OutputStats {
	return OutputStats{
		Name: s.Name, Node: s.Node, BestEffort: s.BestEffort, State: string(s.State), BytesWritten: s.Written,
		Queued: s.Queued, Depth: s.Depth, Lost: s.Lost, Reconnects: s.Reconnects, Err: s.Err, Latency: s.Latency,
	}
}

// outputStats has the fields of OutputStats without its methods.
type outputStats OutputStats

// outputStatsJSON is an OutputStats in JSON. Its field Err hides that of the figures.
type outputStatsJSON struct {
	outputStats
	Err errorText
}

// MarshalJSON writes the error as text.
func (s OutputStats) MarshalJSON() ([]byte, error) {
	return json.Marshal(outputStatsJSON{outputStats(s), errorText{s.Err}})
}

// UnmarshalJSON makes an error of the text.
func (s *OutputStats) UnmarshalJSON(data []byte) error {
	var in outputStatsJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*s = OutputStats(in.outputStats)
	s.Err = in.Err.error
	return nil
}
