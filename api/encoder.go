package api

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/pipeline"
)

// Encoder encodes any number of video, audio and subtitle streams into one or more files, writers
// or connections. Add the streams, open the encoder, feed the streams, and close it. Outputs can
// join and leave while it runs (AddOutput). All methods are safe for use by several goroutines at
// once.
type Encoder struct {
	settings  settings
	claim     *claim // on threads of a budget
	journal   fflog.Journal
	callbacks *pipeline.Callbacks // knows which goroutines are in the user's writer or logger

	mu      sync.Mutex
	state   state
	aborted error // the cause of an Abort before Open
	streams []stream
	run     *run     // nil before Open
	opening *opening // nil: no call of Open is in progress

	calls     calls // that feed the encoder
	closeOnce sync.Once
	closeErr  error
	closed    atomic.Bool // closeErr is set
	ended     bool        // the run has ended, and Close has seen that

	leftBehind *atomic.Int32 // calls of Open and AddOutput that did not return; the run counts them
	legacy     *legacy
}

type state int

const (
	configuring state = iota
	open
	closed
)

// stream is the part of a VideoStream, an AudioStream or a SubtitleStream that the encoder uses.
type stream interface {
	// planned returns the plan of the stream for a graph.
	planned() graph.Stream
	// connect gives the stream its input of a running graph.
	connect(in graph.OpenStream)
	// count fills in the counters that the stream itself keeps.
	count(s *StreamStats)
	// isEnded says whether the stream gets nothing more.
	isEnded() bool
	// finish says that the run has ended.
	finish()
}

// NewEncoder returns an encoder without streams. An encoder that was opened must be closed or
// aborted. If the garbage collector finds an open encoder, its run is stopped, its files stay
// without an end, and its logger gets a warning that names the call of NewEncoder.
func NewEncoder(opts ...Option) *Encoder {
	e := &Encoder{settings: newSettings(opts), callbacks: new(pipeline.Callbacks), leftBehind: new(atomic.Int32)}
	e.journal = fflog.NewJournal(e.settings.logger, e.callbacks)
	budget := e.settings.budget
	if budget == nil {
		budget = processThreads
	}
	e.claim = budget.join()
	e.legacy = &legacy{claim: e.claim, journal: e.journal}
	_, e.legacy.file, e.legacy.line, _ = runtime.Caller(1)
	runtime.AddCleanup(e, (*legacy).end, e.legacy)
	return e
}

// AddVideo adds a video stream. The index of the stream is the number of streams that were added
// before it. A wrong setting that can be detected without knowing the container is a *ConfigError
// here. All others are errors of Open.
func (e *Encoder) AddVideo(cfg VideoConfig) (*VideoStream, error) {
	planned, err := plan.NewVideo(cfg.plan())
	return add(e, err, func(index int) *VideoStream { return newVideoStream(e, index, planned) })
}

// AddAudio adds an audio stream. The index of the stream is the number of streams that were added
// before it. A wrong setting that can be detected without knowing the container is a *ConfigError
// here. All others are errors of Open.
func (e *Encoder) AddAudio(cfg AudioConfig) (*AudioStream, error) {
	planned, err := plan.NewAudio(cfg.plan())
	return add(e, err, func(index int) *AudioStream { return newAudioStream(e, index, planned) })
}

// AddSubtitles adds a stream of subtitles: captions, or text for each frame, such as the state of a
// simulation. The index of the stream is the number of streams that were added before it. A wrong
// setting that can be detected without knowing the container is a *ConfigError here. All others are
// errors of Open.
func (e *Encoder) AddSubtitles(cfg SubtitleConfig) (*SubtitleStream, error) {
	planned, err := plan.NewSubtitles(plan.SubtitleConfig(cfg))
	return add(e, err, func(index int) *SubtitleStream { return newSubtitleStream(e, index, planned) })
}

// add adds a stream, unless its config is invalid.
func add[S stream](e *Encoder, invalid error, newStream func(index int) S) (none S, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := fault.First(e.checkConfiguring(), invalid); err != nil {
		return none, err
	}
	s := newStream(len(e.streams))
	e.streams = append(e.streams, s)
	return s, nil
}

// checkConfiguring returns why streams cannot be added and the encoder cannot be opened. The caller
// holds the mutex.
func (e *Encoder) checkConfiguring() error {
	switch {
	case e.state == closed:
		return ErrClosed
	case e.aborted != nil:
		return e.aborted
	case e.state == open && e.run.Cause() != nil:
		return e.run.Cause()
	case e.state == open, e.opening != nil:
		return ErrAlreadyOpen
	default:
		return nil
	}
}

// OpenFile opens the encoder for a file on disk. The file is created, or emptied if it exists.
// OpenFile is Open(ctx, File(path, opts...)).
func (e *Encoder) OpenFile(ctx context.Context, path string, opts ...OutputOption) error {
	return e.Open(ctx, File(path, opts...))
}

// OpenWriter opens the encoder for a writer. It is Open(ctx, Writer(w, format, opts...)).
func (e *Encoder) OpenWriter(ctx context.Context, w io.Writer, format string, opts ...OutputOption) error {
	return e.Open(ctx, Writer(w, format, opts...))
}

// Open opens all encoders, writes the headers and starts the graph. It finds errors in a config,
// and settings that a container refuses, before it touches a destination. After an error the
// encoder is as it was before, and Open can be called again.
//
// The run ends when ctx ends. After that nothing is written, and every call returns
// context.Cause(ctx). Where Ctrl-C ends a context and the file must still be finished, give that
// context to the calls that feed the encoder, and not to Open: see the example of CloseContext.
//
// Several outputs get the same streams, which are encoded once. All containers must be able to
// carry the codecs. The default codec is the first default codec of one of the containers that all
// of them can carry. Connections are opened first, then writers, then files. A file is created or
// emptied when its turn comes, so an error leaves the files before it empty.
//
// Each output is written by an actor of its own with a bounded queue. The writers of several
// outputs are called at the same time, so data that they share needs a lock. Outputs are required
// unless they say otherwise: a required output that is slow makes the encoders wait when its queue
// is full, and its error ends the run and names the output. If only its trailer fails, the other
// outputs are finished. An output with BestEffort or Reconnect does neither: the run goes on
// without it. At least one output must be required. AddOutput adds outputs later.
//
// When ctx ends or Abort is called while Open is in progress, Open returns within a second. A call
// into the destination or into an encoder's library that cannot be interrupted is left behind, as
// Close describes. Until Open has returned, calls that feed the encoder return ErrNotOpen.
func (e *Encoder) Open(ctx context.Context, outputs ...Output) error {
	ctxOpen, o, err := e.beginOpen(ctx, outputs)
	if err != nil {
		return err
	}
	defer e.endOpen(o)
	r, err := e.startRun(ctx, ctxOpen, outputs)
	return e.adopt(r, err)
}

// Sync waits until everything that was accepted before the call is at the destination, except what
// encoders still hold: an encoder with lookahead keeps its last frames. With
// VideoConfig.OutFrameRate the last frame is kept as well until the next one tells how long it is
// shown. Packets that wait for another stream are written without waiting for it, and an mp4
// fragment is ended. Sync does not wait for outputs with BestEffort. When ctx ends first, Sync
// returns context.Cause(ctx).
func (e *Encoder) Sync(ctx context.Context) error {
	r, err := e.beginCall()
	if err != nil {
		return err
	}
	defer e.endCall()
	if err := checkContext(ctx); err != nil {
		return err
	}
	return r.Sync(ctx)
}
