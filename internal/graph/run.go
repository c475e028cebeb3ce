package graph

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Run is a running graph: its actors, and what they read from and write to.
type Run struct {
	*pipeline.Run
	Sinks   Sinks
	Streams []OpenStream
	Used    int    // threads of the share of the video streams together
	Path    string // of the first output, or its URL; "": a writer
	Shown   string // how errors and logs name that output: a URL without its secrets
	Log     fflog.Journal
	lines   *fflog.Lines
	chosen  []zap.Field
	lost    []lostWish
	start   time.Time

	mu      sync.Mutex
	elapsed time.Duration // 0: the run goes on
}

// OpenStream is one stream of a running graph.
type OpenStream struct {
	Kind, Codec string
	PerSecond   float64 // frames or samples
	Progress    func() nodes.Progress
	Video       *VideoInput // nil: sound
	Audio       *AudioInput // nil: pictures
}

func newRun(graph *pipeline.Run, b *builder, opened Sinks) *Run {
	first := b.cfg.Outputs[0]
	return &Run{
		Run: graph, Sinks: opened, Streams: b.open, Used: b.used, Path: first.Path, Shown: first.DisplayName(),
		Log: b.cfg.Journal, lines: b.lines, chosen: b.chosen, lost: b.lost, start: time.Now(),
	}
}

// stopClock is called when the graph has ended.
func (r *Run) stopClock() {
	elapsed := time.Since(r.start)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.elapsed = elapsed
}

// Since returns how long the run has lasted, and whether it is over.
func (r *Run) Since() (elapsed time.Duration, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.elapsed > 0 {
		return r.elapsed, true
	}
	return time.Since(r.start), false
}
