package diagnosis

import "github.com/avloom/avloom/pipeline"

// LimitKind says what a Limit is about.
type LimitKind string

// What limits runs: LimitCores to LimitCaller. What comes of it: LimitStream to LimitLost.
const (
	LimitCores       LimitKind = "cores"       // actors compute, and no core is free
	LimitDestination LimitKind = "destination" // an output waits for its writes
	LimitGPU         LimitKind = "gpu"         // an encoder on the GPU works all the time
	LimitActor       LimitKind = "actor"       // another actor works all the time, while cores are free or not known
	LimitCaller      LimitKind = "caller"      // no call feeds the encoder
	LimitStream      LimitKind = "stream"      // packets are held back until another stream has come as far
	LimitDropped     LimitKind = "dropped"     // a stream dropped frames
	LimitLost        LimitKind = "lost"        // an output with BestEffort lost packets
	LimitNone        LimitKind = "none"        // nothing has run
)

// Limit is one finding about one or several runs.
type Limit struct {
	Kind LimitKind
	// Encoders are the snapshots that it is about, by their place in the call.
	Encoders []int
	// Node is the actor that is busy, that waits for a stream, or that lost packets, as NodeStats.Name
	// has it. "": the caller, or actors of several names.
	Node string
	// Stream is the stream of that actor, or the one that is waited for or that dropped frames.
	// NoStream: none, or several.
	Stream int
	// Share is the part of the time, from 0 to 1, in which the actor was busy, or in which no call fed
	// the encoder. Of several, the largest. 0 for other kinds, and if it is not known.
	Share float64
	// Count is how many packets are held back, how many frames were dropped, or how many packets were
	// lost.
	Count int64
	// Used is how many cores the process used on average, Busy how many of those that it may use all
	// programs used, and Cores how many it may use. 0: not known, or of several processes.
	Used, Busy, Cores float64
	// Text says the same in words, and what would help.
	Text string
}

// isMain reports whether the kind is the one limit of a run.
func (k LimitKind) isMain() bool {
	switch k {
	case LimitStream, LimitDropped, LimitLost, LimitNone:
		return false
	default:
		return true
	}
}

// limits returns what limits the run, or that the caller does, then the stream that others wait
// for, and what was dropped and lost.
func (s *Run) limits(u usage) []Limit {
	if s.Elapsed <= 0 || len(s.Edges) == 0 {
		return []Limit{s.none()}
	}
	limits := []Limit{s.main(u)}
	lagging, found := s.lagging()
	if found {
		limits = append(limits, lagging)
	}
	return append(append(limits, s.dropped()...), s.lost()...)
}

func (s *Run) none() Limit {
	text := "nothing has run yet: the encoder is not open"
	if s.Over {
		text = "nothing has run: the run was over"
	}
	return Limit{Kind: LimitNone, Stream: pipeline.NoStream, Text: text}
}

// main returns the actor that limits the run, or that the caller does.
func (s *Run) main(u usage) Limit {
	l := Limit{Kind: LimitCaller, Stream: pipeline.NoStream, Used: u.used, Busy: u.busy, Cores: u.cores}
	node := s.limit()
	if node < 0 {
		l.Share = s.notFed()
		l.Text = s.callerText() + u.besideCallerText()
		return l
	}
	n := &s.Nodes[node]
	l.Kind, l.Node, l.Stream, l.Share = s.kindOf(n, u), n.Name, n.Stream, s.busy(node)
	l.Text = s.actorText(node) + s.helpText(l.Kind, n, u)
	return l
}

// kindOf returns what kind of limit a busy node is.
func (s *Run) kindOf(n *pipeline.NodeStats, u usage) LimitKind {
	switch {
	case s.waitsForWrites(n):
		return LimitDestination
	case s.isOnGPU(n):
		return LimitGPU
	case u.full():
		return LimitCores
	default:
		return LimitActor
	}
}

// notFed returns the share of the time in which no call fed the encoder; 0: unknown.
func (s *Run) notFed() float64 {
	if s.Called <= 0 && s.received() > 0 {
		return 0
	}
	return 1 - share(s.Called, s.Elapsed)
}

// helpText says after the reasons of a busy node what would help.
func (s *Run) helpText(kind LimitKind, n *pipeline.NodeStats, u usage) string {
	switch {
	case kind == LimitCores:
		return "; " + u.shortText() + "; " + u.lessText()
	case kind == LimitGPU:
		return "; it encodes on the GPU"
	case kind == LimitActor && u.free() >= 1 && s.encodesPictures(n):
		return "; " + u.text() + ": more threads, or several encoders at a time, would use more"
	case kind == LimitActor && u.cores > 0:
		return "; " + u.text()
	default:
		return ""
	}
}
