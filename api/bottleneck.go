package api

import (
	"runtime"

	"github.com/avloom/avloom/internal/diagnosis"
)

// Bottleneck says in words which actor limits the run, and why: the actor that is busy for the
// largest share of the time, or the caller, if no call feeds the encoder for a larger share. It
// says whether cores are short, or how many of them an encoder leaves unused. It also says which
// stream keeps the muxer waiting, for how long a call has lasted, if that is long, and how many
// packets outputs with BestEffort have lost. Such an output limits nothing.
func (s Stats) Bottleneck() string { return Bottleneck(s) }

// Bottleneck says in words what limits many encoders, for example those of one process or those of
// many machines. Its arguments are snapshots, or what Since returned for each: then it is the
// bottleneck of that time. The words are those of Limits, and of a single encoder those of
// Stats.Bottleneck.
func Bottleneck(stats ...Stats) string { return diagnosis.Bottleneck(snapshots(stats)...) }

// Limits says what limits encoders. Encoders with the same limit share an entry. Each encoder is in
// exactly one entry that says what limits it. These come first: LimitCores, then LimitDestination,
// LimitGPU and LimitActor, those of the most encoders first, then LimitCaller. After them come the
// entries that say what comes of it, LimitStream, LimitDropped and LimitLost, and those of encoders
// that are not open, LimitNone. Without arguments there are no limits.
//
// Encoders are told apart by their place among the arguments, from 0. Snapshots of one process
// carry the CPU time of the whole process, and it counts once. Snapshots of other processes, which
// JSON carries from anywhere, are looked at with the cores of theirs.
//
// Snapshots without CPU time are taken for this process. Cores are short then if many more actors
// are busy than there are cores.
func Limits(stats ...Stats) []Limit { return diagnosis.Limits(snapshots(stats)...) }

// Limit is one finding about one or several encoders. It can be converted to JSON and back.
//
//	type Limit struct {
//		Kind     LimitKind
//		Encoders []int   // the snapshots that it is about, by their place among the arguments
//		Node     string  // the actor that is busy, or has lost packets; "": the caller, or several
//		Stream   int     // of that actor, or that others wait for, or that dropped; -1: none, several
//		Share    float64 // 0 to 1: how long the actor was busy, or nothing was fed; of several, most
//		Count    int64   // packets held back, frames that were dropped, or packets that were lost
//		Used     float64 // how many cores the process used, on average; 0: not known
//		Busy     float64 // how many cores all programs used, of those that the process may use
//		Cores    float64 // how many cores the process may use
//		Text     string  // the same in words, and what would help
//	}
type Limit = diagnosis.Limit

// LimitKind says what a Limit is about.
type LimitKind = diagnosis.LimitKind

// The kinds of limits.
const (
	// LimitCores: actors are busy, and at least nine tenths of the cores that the process may use are
	// in use, whoever uses them. More cores or less work would help, more threads would not.
	LimitCores = diagnosis.LimitCores
	// LimitDestination: an output is busy with writes that take long.
	LimitDestination = diagnosis.LimitDestination
	// LimitGPU: an encoder on the GPU is busy.
	LimitGPU = diagnosis.LimitGPU
	// LimitActor: an actor is busy, and cores are free or the system does not tell.
	LimitActor = diagnosis.LimitActor
	// LimitCaller: no call feeds the encoder, which could take more. A live source looks so when the
	// encoder keeps up with it.
	LimitCaller = diagnosis.LimitCaller
	// LimitStream: packets are held back until another stream has come as far.
	LimitStream = diagnosis.LimitStream
	// LimitDropped: frames were dropped, as VideoConfig.OnFull says.
	LimitDropped = diagnosis.LimitDropped
	// LimitLost: an output with BestEffort has lost packets.
	LimitLost = diagnosis.LimitLost
	// LimitNone: the encoder has not run.
	LimitNone = diagnosis.LimitNone
)

// Bottleneck says in words what limited the encoders of all jobs, in the order of Results: see the
// function Bottleneck. Jobs that were skipped, or did not open their encoder, have not run.
func (r Report) Bottleneck() string {
	stats := make([]Stats, len(r.Results))
	for i := range r.Results {
		stats[i] = r.Results[i].Stats
	}
	return Bottleneck(stats...)
}

func snapshots(stats []Stats) []*diagnosis.Run {
	runs := make([]*diagnosis.Run, len(stats))
	for i := range stats {
		runs[i] = stats[i].snapshot()
		if stats[i].CPU.Cores <= 0 {
			runs[i].CPU.Cores = float64(runtime.GOMAXPROCS(0))
		}
	}
	return runs
}

// snapshot returns the counters as package diagnosis reads them.
func (s *Stats) snapshot() *diagnosis.Run {
	r := &diagnosis.Run{
		Elapsed: s.Elapsed, Over: s.Over, Called: s.Called, Writing: s.Writing, BytesWritten: s.BytesWritten,
		Nodes: s.Nodes, Edges: s.Edges, Streams: make([]diagnosis.Stream, len(s.Streams)), CPU: diagnosis.CPU(s.CPU),
	}
	for i, t := range s.Streams {
		r.Streams[i] = diagnosis.Stream{
			Index: t.Stream, Kind: t.Kind, Codec: t.Codec, Ended: t.Ended, Accepted: t.Accepted,
			Dropped: t.Dropped, Fed: t.Fed, Encoded: t.Encoded, Held: t.Held, Speed: t.Speed,
		}
	}
	for _, o := range s.Outputs {
		output := diagnosis.Output{Node: o.Node, BestEffort: o.BestEffort, State: o.State, Lost: o.Lost}
		r.Outputs = append(r.Outputs, output)
	}
	return r
}
