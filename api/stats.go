package api

import (
	"time"

	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/pipeline"
)

// Stats is a snapshot of a run. Counters only rise. Times include what is in progress. JSON has
// times in nanoseconds.
type Stats struct {
	// Elapsed is the time since Open. It stops when the run ends.
	Elapsed time.Duration
	// BytesWritten is the size of the data at the destinations, all together, those of outputs that
	// have left included.
	BytesWritten int64
	// Nodes are the actors, by stream and in the order of the flow. The last ones write the outputs:
	// "mux", "mux 1", …. The actor of an output that has left, or has failed alone, is not among them.
	Nodes []NodeStats
	// Edges are the queues, by stream and in the order of the flow. The callers that feed a stream are
	// named "input". Those to outputs come and go with the actors.
	Edges []EdgeStats
	// Abandoned counts actors and calls of Open and AddOutput that were left behind, in a call that
	// did not return within a second of the end.
	Abandoned int

	Streams []StreamStats // by index
	// Outputs are those of Open, in their order, and then those of AddOutput in theirs. An output of
	// AddOutput that has ended stays until its OutputHandle is closed, and at most 32 such outputs
	// stay.
	Outputs   []OutputStats
	Over      bool          // the run has ended
	Called    time.Duration // for how long at least one call was feeding the encoder
	LogPanics int64         // calls of the logger that panicked; only their lines were lost
	Writing   time.Duration // how long writes to the destination took; of several, the longest time of a required one
	CPU       CPUStats      // what the process used meanwhile, and what it may use
}

// NodeStats are the counters of one node. Held counts pictures or samples per channel, and packets
// for a muxer.
type NodeStats = pipeline.NodeStats

// EdgeStats are the counters of the queue between two actors. At every moment Sent = Received +
// Queued + Freed + Lost. Lost counts the packets that an output with BestEffort has lost; in all
// other queues it is 0. Packets that came before an added output has begun are not counted.
type EdgeStats = pipeline.EdgeStats

// StreamStats says how far one stream has come. It is counted at the stream's encoder.
type StreamStats struct {
	Stream   int           // the index of the stream
	Kind     string        // "video", "audio" or "subtitles"
	Codec    string        // the name of the encoder
	Ended    bool          // the encoder gives no more packets
	Accepted int64         // frames, samples per channel, or cues, that the stream has accepted; without Dropped
	Fed      time.Duration // media time: the duration of what was accepted or dropped
	Encoded  time.Duration // media time: the end of the last packet
	Packets  int64         // packets of the encoder
	Bytes    int64         // the size of these packets, without the container
	Held     int64         // packets that the first required output holds back until the other streams have come as far

	Dropped    int64 // frames that were dropped, as VideoConfig.OnFull says
	Moved      int64 // frames whose time was moved to the next tick, because the one before had that tick
	Unreturned int64 // acquired pictures that were dropped without Commit or Discard; their memory is lost

	FPS         float64 // encoded frames per second since Open; 0 for all but video
	RecentFPS   float64 // the same in the last two seconds; 0 after the run
	Speed       float64 // encoded media time by elapsed time since Open: 1 is real time
	RecentSpeed float64 // the same in the last two seconds; 0 after the run
}

// Stats returns a snapshot. It can be called at any time and from any goroutine, and is cheap
// enough for every frame. Before Open all counters are 0.
func (e *Encoder) Stats() Stats {
	e.mu.Lock()
	r, streams := e.run, e.streams
	e.mu.Unlock()
	if r == nil {
		return Stats{Abandoned: int(e.leftBehind.Load()), LogPanics: e.journal.Failures.Load()}
	}
	s := Stats{
		LogPanics:    e.journal.Failures.Load(),
		BytesWritten: r.Outputs.Written(),
		Writing:      r.Outputs.Writing(),
		Called:       e.calls.stopwatch.Total(),
		CPU:          CPUStats(r.CPU()),
	}
	s.Nodes, s.Edges, s.Abandoned = r.Stats()
	s.Abandoned += int(e.leftBehind.Load())
	s.Outputs = graph.States(r.Outputs, outputStatsOf)
	s.Elapsed, s.Over = r.Elapsed()
	s.Called = min(s.Called, s.Elapsed)
	s.Streams = make([]StreamStats, len(r.Streams))
	accepted := acceptedOf(s.Edges, len(r.Streams))
	for i, in := range r.Streams {
		s.Streams[i] = StreamStats{Stream: i, Kind: in.Kind, Codec: in.Codec, Accepted: accepted[i]}
		streams[i].count(&s.Streams[i])
		s.Streams[i].progress(in, &s)
		s.Streams[i].Held = r.Outputs.HeldOf(i)
	}
	return s
}

// progress fills in how far the stream has come.
func (t *StreamStats) progress(in graph.OpenStream, s *Stats) {
	p := in.Progress()
	t.Ended, t.Encoded, t.Packets, t.Bytes = p.Ended, p.Encoded, p.Packets, p.Bytes
	if t.Fed == 0 { // the frames carry no times
		t.Fed = time.Duration(float64(t.Accepted+t.Dropped) / in.PerSecond * float64(time.Second))
	}
	t.FPS, t.Speed = t.rates(p.Packets, p.Encoded, s.Elapsed)
	if !s.Over {
		t.RecentFPS, t.RecentSpeed = t.rates(p.RecentPackets, p.RecentEncoded, p.Window)
	}
}

// rates returns frames per second and media time by time.
func (t *StreamStats) rates(packets int64, encoded, in time.Duration) (fps, speed float64) {
	if in <= 0 {
		return 0, 0
	}
	if t.Kind == "video" {
		fps = float64(packets) / in.Seconds()
	}
	return fps, encoded.Seconds() / in.Seconds()
}

// acceptedOf returns how many items the first actor of each stream has received, by stream.
func acceptedOf(edges []EdgeStats, streams int) []int64 {
	accepted := make([]int64, streams)
	for i := range edges {
		if e := &edges[i]; e.From == pipeline.CallerName && e.Stream >= 0 && e.Stream < streams {
			accepted[e.Stream] = e.Received
		}
	}
	return accepted
}

// DOT returns the run as a graph in the language of Graphviz: a box for each actor, with its
// counters and how it spent its time, and an arrow for each queue, with how full it is. The actor
// that limits the run, and full queues, are red. Before Open the graph is empty.
func (s Stats) DOT() string { return s.snapshot().DOT() }
