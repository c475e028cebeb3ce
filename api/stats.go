package api

import (
	"time"

	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Stats is a snapshot of a run. All counters rise; what goes on at the moment counts up to now. It turns into JSON with times in nanoseconds.
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

// NodeStats counts what one node did. Held is in pictures or samples per channel, and packets for the muxer.
type NodeStats = pipeline.NodeStats

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued + Freed.
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

// Stats returns a snapshot, at any time and from any goroutine; all zero before Open. It is cheap enough for every frame.
func (e *Encoder) Stats() Stats {
	e.mu.Lock()
	r := e.run
	e.mu.Unlock()
	if r == nil {
		return Stats{Abandoned: int(e.leftBehind.Load()), LogPanics: e.journal.lost.Load()}
	}
	s := Stats{LogPanics: e.journal.lost.Load(), BytesWritten: r.sinks.written(), Writing: r.sinks.writing(), Called: e.presence.watch.Total()}
	s.Nodes, s.Edges, s.Abandoned = r.Stats()
	s.Abandoned += int(e.leftBehind.Load())
	s.Elapsed, s.Over = r.since()
	s.Called = min(s.Called, s.Elapsed)
	s.Streams = make([]StreamStats, len(r.streams))
	accepted := acceptedOf(s.Edges, len(r.streams))
	for i, facts := range r.streams {
		s.Streams[i] = facts.stats(i, accepted[i], &s)
		s.Streams[i].Held = r.sinks[0].HeldOf(i)
	}
	return s
}

// streamFacts are what does not change about a stream that is open, and where it counts what comes in.
type streamFacts struct {
	kind, codec string
	perSecond   float64 // frames or samples
	progress    func() nodes.Progress
	samples     func() int64 // accepted so far; nil: frames, which the first edge counts
	unreturned  func() int64 // pictures so far; nil: sound
}

// stats are those of a stream, given how many items have come out of its first edge.
func (f *streamFacts) stats(index int, accepted int64, s *Stats) StreamStats {
	p := f.progress()
	out := StreamStats{
		Stream: index, Kind: f.kind, Codec: f.codec, Accepted: accepted, Ended: p.Ended, Encoded: p.Encoded, Packets: p.Packets, Bytes: p.Bytes,
	}
	if f.unreturned != nil {
		out.Unreturned = f.unreturned()
	}
	if f.samples != nil {
		out.Accepted = f.samples()
	}
	out.Fed = time.Duration(float64(out.Accepted) / f.perSecond * float64(time.Second))
	out.FPS, out.Speed = f.rates(p.Packets, p.Encoded, s.Elapsed)
	if !s.Over {
		out.RecentFPS, out.RecentSpeed = f.rates(p.RecentPackets, p.RecentEncoded, p.Window)
	}
	return out
}

// rates are frames, and media time, per time.
func (f *streamFacts) rates(packets int64, encoded, in time.Duration) (fps, speed float64) {
	if in <= 0 {
		return 0, 0
	}
	if f.samples == nil {
		fps = float64(packets) / in.Seconds()
	}
	return fps, encoded.Seconds() / in.Seconds()
}

// acceptedOf returns, by stream, how many items have come out of the edge through which it is fed.
func acceptedOf(edges []EdgeStats, streams int) []int64 {
	accepted := make([]int64, streams)
	for i := range edges {
		if e := &edges[i]; e.From == inputName && e.Stream >= 0 && e.Stream < streams {
			accepted[e.Stream] = e.Received
		}
	}
	return accepted
}

// Since returns what happened after an earlier snapshot of the same run, so that its Bottleneck is that of the time between them. What is
// no counter stays as it is in s, and so do Streams.
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
