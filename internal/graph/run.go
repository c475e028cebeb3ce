package graph

import (
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/cores"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Run is a running graph: its actors, its streams, which feed it, and its outputs.
type Run struct {
	*pipeline.Run
	Outputs     *Outputs
	Streams     []OpenStream // by index
	ThreadsUsed int          // of the share of the video streams together
	Path        string       // of the first output, or its URL; "": a writer
	DisplayName string       // of that output in errors and logs: for a URL, without its secrets
	Journal     fflog.Journal
	lines       *fflog.Lines
	asyncLines  *fflog.AsyncLines
	openFields  []zap.Field
	warnings    []warning

	// What outputs need that are added later:
	late         *lateStreams
	opener       *outputOpener
	packets      []*pipeline.Outlet[pipeline.Packet] // by stream
	shared       pipeline.Queue[pipeline.Packet]     // of a required output
	muxerOptions [][]avoption.Option                 // by stream
	keys         *keyRequests
	onLeftBehind func()

	opened time.Time
	before cores.Usage // when it was opened

	mu      sync.Mutex
	elapsed time.Duration // 0: the run goes on
	used    cores.Stats   // until the end; valid when the run is over
}

// OpenStream is one stream of a running graph.
type OpenStream struct {
	Kind      string  // "video", "audio" or "subtitles"
	Codec     string  // the name of the encoder; of subtitles, the codecs in which the outputs of Open get them
	PerSecond float64 // frames, or samples per channel; 1 for subtitles
	Progress  func() nodes.Progress
	// RequestKey makes the next picture that the encoder is given a key frame. Any goroutine may call
	// it. Nil: the encoder cannot, or the stream has no pictures. If all frames are key frames it does
	// nothing.
	RequestKey func()
	// Exactly one of these is not nil.
	Video     *VideoInput
	Audio     *AudioInput
	Subtitles *SubtitleInput
}

// warning is a line that the log of Open gets after the line "open".
type warning struct {
	stream int // or pipeline.NoStream
	node   string
	text   string
}

// LogOpen logs what was chosen for the run, then the warnings, then the lines that FFmpeg logged
// during Open. It is called once.
func (r *Run) LogOpen() {
	r.Journal.Log(zap.InfoLevel, "open", r.openFields...)
	for _, w := range r.warnings {
		fields := []zap.Field{zap.String("node", w.node)}
		if w.stream != pipeline.NoStream {
			fields = append(fields, zap.Int("stream", w.stream))
		}
		r.Journal.Log(zap.WarnLevel, w.text, fields...)
	}
	r.lines.Flush()
}

// StreamKey returns the key under which a line of the log describes a stream.
func StreamKey(index int) string { return fmt.Sprintf("stream%d", index) }

// stopClock is called when the graph has ended.
func (r *Run) stopClock() {
	elapsed, used := time.Since(r.opened), cores.Now().Since(r.before)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.elapsed, r.used = elapsed, used
}

// Elapsed returns how long the run has lasted, and whether it is over.
func (r *Run) Elapsed() (elapsed time.Duration, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.elapsed > 0 {
		return r.elapsed, true
	}
	return time.Since(r.opened), false
}

// CPU returns how much CPU time the process has used since the run was opened, until its end.
func (r *Run) CPU() cores.Stats {
	now := cores.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.elapsed > 0 {
		return r.used
	}
	return now.Since(r.before)
}
