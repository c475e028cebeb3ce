package api

import (
	"time"

	"github.com/avloom/avloom/internal/diagnosis"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/pipeline"
)

// Stats is a snapshot of a run. All counters rise; what goes on at the moment counts up to now. It
// turns into JSON with times in nanoseconds.
type Stats struct {
	Elapsed      time.Duration // since Open; final once the run is over
	BytesWritten int64         // the size of what is at the destination; of several, of all together
	Nodes        []NodeStats   // by stream, in the order of the flow; last the muxer of each output: "mux", "mux 1", …
	Edges        []EdgeStats   // by stream, in the order of the flow; the callers are called "input"
	Abandoned    int           // actors, and calls of Open, left behind in a call that did not return within a second of the end

	Streams   []StreamStats // by index
	Over      bool          // the run has ended
	Called    time.Duration // how long at least one call was inside the encoder: for the rest of the time nobody fed it
	LogPanics int64         // calls of the logger that panicked; nothing but what they were to log was lost
	Writing   time.Duration // how long the destination took for writes; of several, the one that took longest
}

// NodeStats counts what one node did. Held is in pictures or samples per channel, and packets for
// the muxer.
type NodeStats = pipeline.NodeStats

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued +
// Freed.
type EdgeStats = pipeline.EdgeStats

// StreamStats is how far one stream has come.
type StreamStats struct {
	Stream   int           // its index
	Kind     string        // "video" or "audio"
	Codec    string        // the name of the encoder
	Ended    bool          // its encoder gives nothing more
	Accepted int64         // frames, or samples per channel, that were taken in
	Fed      time.Duration // media time: how long these last
	Encoded  time.Duration // media time: where what the encoder gave ends
	Packets  int64         // that the encoder gave
	Bytes    int64         // in these, before the container packs them
	Held     int64         // packets that the first output holds back until the other streams have come as far

	Unreturned int64 // pictures of Acquire that were dropped without Commit or Discard; their memory is lost

	FPS         float64 // encoded frames per second, since Open; 0: sound
	RecentFPS   float64 // the same in the last two seconds; 0 once the run is over
	Speed       float64 // media time encoded per time, since Open: 1 is real time
	RecentSpeed float64 // the same in the last two seconds; 0 once the run is over
}

// Stats returns a snapshot, at any time and from any goroutine; all zero before Open. It is cheap
// enough for every frame.
func (e *Encoder) Stats() Stats {
	e.mu.Lock()
	r, streams := e.run, e.streams
	e.mu.Unlock()
	if r == nil {
		return Stats{Abandoned: int(e.leftBehind.Load()), LogPanics: e.journal.Lost.Load()}
	}
	s := Stats{
		LogPanics:    e.journal.Lost.Load(),
		BytesWritten: r.Sinks.Written(),
		Writing:      r.Sinks.Writing(),
		Called:       e.presence.watch.Total(),
	}
	s.Nodes, s.Edges, s.Abandoned = r.Stats()
	s.Abandoned += int(e.leftBehind.Load())
	s.Elapsed, s.Over = r.Since()
	s.Called = min(s.Called, s.Elapsed)
	s.Streams = make([]StreamStats, len(r.Streams))
	accepted := acceptedOf(s.Edges, len(r.Streams))
	for i, in := range r.Streams {
		s.Streams[i] = StreamStats{Stream: i, Kind: in.Kind, Codec: in.Codec, Accepted: accepted[i]}
		streams[i].count(&s.Streams[i])
		s.Streams[i].progress(in, &s)
		s.Streams[i].Held = r.Sinks[0].HeldOf(i)
	}
	return s
}

// progress fills in how far the stream has come.
func (t *StreamStats) progress(in graph.OpenStream, s *Stats) {
	p := in.Progress()
	t.Ended, t.Encoded, t.Packets, t.Bytes = p.Ended, p.Encoded, p.Packets, p.Bytes
	t.Fed = time.Duration(float64(t.Accepted) / in.PerSecond * float64(time.Second))
	t.FPS, t.Speed = t.rates(p.Packets, p.Encoded, s.Elapsed)
	if !s.Over {
		t.RecentFPS, t.RecentSpeed = t.rates(p.RecentPackets, p.RecentEncoded, p.Window)
	}
}

// rates are frames, and media time, per time.
func (t *StreamStats) rates(packets int64, encoded, in time.Duration) (fps, speed float64) {
	if in <= 0 {
		return 0, 0
	}
	if t.Kind == "video" {
		fps = float64(packets) / in.Seconds()
	}
	return fps, encoded.Seconds() / in.Seconds()
}

// acceptedOf returns, by stream, how many items have come out of the edge through which it is fed.
func acceptedOf(edges []EdgeStats, streams int) []int64 {
	accepted := make([]int64, streams)
	for i := range edges {
		if e := &edges[i]; e.From == pipeline.CallerName && e.Stream >= 0 && e.Stream < streams {
			accepted[e.Stream] = e.Received
		}
	}
	return accepted
}

// Since returns what happened after an earlier snapshot of the same run, so that its Bottleneck is
// that of the time between them. What is no counter stays as it is in s, and so do Streams.
func (s Stats) Since(earlier Stats) Stats {
	s.Elapsed -= earlier.Elapsed
	s.BytesWritten -= earlier.BytesWritten
	s.Called -= earlier.Called
	s.LogPanics -= earlier.LogPanics
	s.Writing -= earlier.Writing
	s.Nodes = append([]NodeStats(nil), s.Nodes...)
	for i := range min(len(s.Nodes), len(earlier.Nodes)) {
		n, before := &s.Nodes[i], &earlier.Nodes[i]
		n.In, n.Out = n.In-before.In, n.Out-before.Out
		n.Busy, n.Blocked, n.Idle = n.Busy-before.Busy, n.Blocked-before.Blocked, n.Idle-before.Idle
	}
	s.Edges = append([]EdgeStats(nil), s.Edges...)
	for i := range min(len(s.Edges), len(earlier.Edges)) {
		e, before := &s.Edges[i], &earlier.Edges[i]
		e.Sent, e.Received, e.Freed = e.Sent-before.Sent, e.Received-before.Received, e.Freed-before.Freed
		e.Blocked -= before.Blocked
	}
	return s
}

// Bottleneck says in words which actor limits the run, and why: the one that is busy most of the
// time, or the caller, where nobody feeds the encoder for longer than that. It also says if the
// muxer waits for a stream that lags behind, and for how long a call has gone on, if for long.
func (s Stats) Bottleneck() string { return s.run().Bottleneck() }

// DOT draws the run in the language of Graphviz: a box for each actor, with what it did and how it
// spent its time, and an arrow for each queue, with how full it is. The actor that limits the run,
// and queues that are full, are red. Before Open the graph is empty.
func (s Stats) DOT() string { return s.run().DOT() }

// run is the snapshot as the diagnosis reads it.
func (s *Stats) run() *diagnosis.Run {
	r := &diagnosis.Run{
		Elapsed: s.Elapsed, Over: s.Over, Called: s.Called, Writing: s.Writing, BytesWritten: s.BytesWritten,
		Nodes: s.Nodes, Edges: s.Edges, Streams: make([]diagnosis.Stream, len(s.Streams)),
	}
	for i, t := range s.Streams {
		r.Streams[i] = diagnosis.Stream{
			Stream: t.Stream, Kind: t.Kind, Codec: t.Codec, Ended: t.Ended, Accepted: t.Accepted,
			Fed: t.Fed, Encoded: t.Encoded, Held: t.Held, Speed: t.Speed,
		}
	}
	return r
}
