package graph

import (
	"time"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/plan"
)

// Config is the configuration of a graph.
type Config struct {
	Streams  []Stream            // by index
	Outputs  []plan.OutputConfig // at least one
	Settings Settings
	// Threads is how many threads each video stream gets whose config sets no number; 0: one for each
	// core.
	Threads int
	// ProcessBudget tells that Threads are of the budget of the process, which counts cores and not
	// threads.
	ProcessBudget bool
	Journal       fflog.Journal
	// OnLeftBehind is called when a call that does not return is left behind.
	OnLeftBehind func()
	// OnEnd is called when the run has ended.
	OnEnd func()
}

// Stream is the plan of one stream. Exactly one of its fields is not nil.
type Stream struct {
	Video     *plan.Video
	Audio     *plan.Audio
	Subtitles *plan.Subtitles
}

// SharesThreads reports whether the stream takes part in a thread budget.
func (s Stream) SharesThreads() bool {
	return s.Video != nil && s.Video.Threads == 0 && !s.Video.OnCUDA()
}

// Settings apply to all streams of a graph.
type Settings struct {
	QueueDepth   int           // how many items may wait in front of an actor
	PictureDepth int           // how many converted pictures may wait
	StallTimeout time.Duration // 0: none
	CudaContext  uintptr       // 0: the device's primary context
	Temporary    string        // path of a file that is removed unless it becomes complete; "": none
	Pass         *codec.Pass   // of two that the only video stream makes; nil: there is one pass only
	Keep         PacketKeeper  // takes the packets instead of the only output; nil: the output gets them
}

// TwoPass keeps what the first of two passes learns for the second one. Settings take its passes.
type TwoPass = codec.TwoPass

// share returns what each video stream gets of the thread budget.
func (c *Config) share() codec.Share {
	return codec.Share{Threads: c.Threads, Process: c.ProcessBudget}
}
