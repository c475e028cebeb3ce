package graph

import (
	"time"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/plan"
)

// Config is what a graph is built from.
type Config struct {
	Streams       []Stream // by index
	Outputs       []plan.OutputConfig
	Settings      Settings
	Threads       int  // of each video stream whose config names no number of threads; 0: all cores
	ProcessBudget bool // these are of the budget of the process, which counts cores and not threads
	Journal       fflog.Journal
	LeftBehind    func() // called when a call that does not return is left behind
	OnEnd         func() // called when the run has ended
}

// Stream is the plan of a stream: of pictures, or of sound.
type Stream struct {
	Video *plan.Video
	Audio *plan.Audio
}

// Budgeted says whether the stream takes part in a thread budget.
func (s Stream) Budgeted() bool {
	return s.Video != nil && s.Video.Threads == 0 && !s.Video.OnCUDA()
}

// Settings apply to all streams of a graph.
type Settings struct {
	QueueDepth   int           // items that may wait in front of an actor
	PictureDepth int           // the same of converted pictures
	StallTimeout time.Duration // 0: none
	CudaContext  uintptr       // 0: the device's primary one
	Temporary    string        // path of a file that is removed unless it becomes whole; "": none
}

// share is what each video stream has of the thread budget.
func (c *Config) share() codec.Share {
	return codec.Share{Threads: c.Threads, Process: c.ProcessBudget}
}
