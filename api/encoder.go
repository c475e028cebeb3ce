package api

import (
	"context"
	"errors"
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

// Encoder encodes any number of video and audio streams into one file or writer. Add the streams,
// open it, feed the streams, and close it. All methods are safe for use by several goroutines at
// once.
type Encoder struct {
	settings settings
	claim    *claim // of the thread budget
	journal  fflog.Journal
	inside   *pipeline.Callbacks // knows which goroutines are in its writer or its logger

	mu      sync.Mutex
	state   state
	aborted error // the cause of an Abort before Open
	streams []stream
	run     *run     // nil before Open
	opening *opening // nil: no call of Open is under way

	calls     sync.WaitGroup // that feed the encoder
	presence  presence
	closeOnce sync.Once
	closeErr  error
	closed    atomic.Bool // closeErr is set
	ended     bool        // the run is over, and Close has seen it

	leftBehind atomic.Int32 // calls of Open that did not return
	unclosed   *unclosed
}

type state int

const (
	configuring state = iota
	open
	closed
)

// stream is what the encoder knows of a VideoStream or an AudioStream.
type stream interface {
	// planned is what the stream asks of a graph.
	planned() graph.Stream
	// connect tells the stream where it is fed in a running graph.
	connect(in graph.OpenStream)
	// count fills in what the stream itself counts.
	count(s *StreamStats)
}

// NewEncoder returns an encoder without streams. An encoder that was opened must be closed or
// aborted. One that becomes garbage without that is stopped, and its logger gets a warning that
// says where it was made; what it was written to has no end then.
func NewEncoder(opts ...Option) *Encoder {
	e := &Encoder{settings: newSettings(opts), inside: new(pipeline.Callbacks)}
	e.journal = fflog.NewJournal(e.settings.logger, e.inside)
	e.unclosed = &unclosed{made: caller(), log: e.journal}
	runtime.AddCleanup(e, (*unclosed).stop, e.unclosed)
	if e.settings.budget == nil {
		e.claim = processThreads.join()
		return e
	}
	e.claim = e.settings.budget.join()
	runtime.AddCleanup(e, (*claim).forget, e.claim) // an encoder that was never opened needs no Close
	return e
}

// AddVideo adds a video stream. Its index in the file is the number of streams added before. What
// can be known to be wrong without a container is a *ConfigError here, and all else at Open.
func (e *Encoder) AddVideo(cfg VideoConfig) (*VideoStream, error) {
	plan, err := plan.NewVideo(cfg.spec())
	return add(e, err, func(index int) *VideoStream { return newVideoStream(e, index, plan) })
}

// AddAudio adds an audio stream. Its index in the file is the number of streams added before. What
// can be known to be wrong without a container is a *ConfigError here, and all else at Open.
func (e *Encoder) AddAudio(cfg AudioConfig) (*AudioStream, error) {
	plan, err := plan.NewAudio(cfg.spec())
	return add(e, err, func(index int) *AudioStream { return newAudioStream(e, index, plan) })
}

func add[S stream](e *Encoder, invalid error, newStream func(index int) S) (none S, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := fault.First(e.mayConfigure(), invalid); err != nil {
		return none, err
	}
	s := newStream(len(e.streams))
	e.streams = append(e.streams, s)
	return s, nil
}

// mayConfigure says why streams cannot be added, nor the encoder opened. The mutex is held.
func (e *Encoder) mayConfigure() error {
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

// OpenFile opens the encoder for a file on disk, which is created or emptied. It is Open(ctx,
// File(path, opts...)).
func (e *Encoder) OpenFile(ctx context.Context, path string, opts ...OutputOption) error {
	return e.Open(ctx, File(path, opts...))
}

// OpenWriter opens the encoder for a writer. It is Open(ctx, Writer(w, format, opts...)).
func (e *Encoder) OpenWriter(ctx context.Context, w io.Writer, format string, opts ...OutputOption) error {
	return e.Open(ctx, Writer(w, format, opts...))
}

// Open opens all encoders, writes the header, and starts the graph. What is wrong in a config and
// what the container refuses is found before the destination is touched. Where Open fails, the
// encoder stays as it was, and can be opened again. The run ends with ctx: nothing more is written
// then, and every call returns context.Cause(ctx). So a context that ends with Ctrl-C, and whose
// end shall finish the file, is for the calls that feed, and not for Open: see the example of
// CloseContext.
//
// Several outputs get the same streams, which are encoded once. So the containers must all be able
// to carry the codecs; the default codec is the first default of one of them that all can carry.
// Connections are opened first, then writers and files, which are created or emptied one by one:
// where one of these fails, those before it have been. An error of one output ends the run, and
// names the output; on Close the others are still finished.
//
// The end of ctx, and Abort, also end an Open that is under way, within a second: one that blocks
// in the destination, or in the library of an encoder, is left behind where it cannot be woken, as
// Close says. Until Open has returned, calls that feed get ErrNotOpen.
func (e *Encoder) Open(ctx context.Context, outputs ...Output) error {
	opening, o, err := e.begin(ctx, outputs)
	if err != nil {
		return err
	}
	defer e.opened(o)
	r, err := e.start(ctx, opening, outputs)
	return e.settle(r, err)
}

// enter admits a call that feeds the encoder. The caller must call leave when it is done.
func (e *Encoder) enter() (*run, error) {
	inside := e.inside.Inside()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.state == closed:
		return nil, ErrClosed
	case e.aborted != nil:
		return nil, e.aborted
	case e.state == configuring:
		return nil, ErrNotOpen
	}
	if cause := e.run.cause(); cause != nil {
		return nil, cause
	}
	if inside {
		return nil, ErrCalledBack
	}
	e.calls.Add(1)
	e.presence.enter()
	return e.run, nil
}

// leave ends a call that was admitted.
func (e *Encoder) leave() {
	e.mu.Lock()
	e.presence.leave()
	e.mu.Unlock()
	e.calls.Done()
}

// Sync returns when what was accepted before the call is at the destination, as far as the encoders
// release it: an encoder that looks ahead still holds its last frames. Packets that wait for
// another stream are written without it, and an mp4 fragment is ended. Where ctx ends first, it
// returns context.Cause(ctx).
func (e *Encoder) Sync(ctx context.Context) error {
	r, err := e.enter()
	if err != nil {
		return err
	}
	defer e.leave()
	if err := checkContext(ctx); err != nil {
		return err
	}
	return r.Sync(ctx)
}

// Close finishes the file: it waits for the calls that were admitted, ends every stream, drains
// every actor in order, and writes the trailer. It returns the first error of the run. Before Open
// it returns nil. Called again, from whatever goroutine, it waits for the same end and returns the
// same.
//
// Where the run stops before it is finished, by its context, an Abort or an error, Close returns
// within a second. A call into an encoder or into the destination that does not return by then is
// woken, where the destination has SetWriteDeadline or Close; otherwise it is left behind: it keeps
// its goroutine and its memory until it returns, and Stats counts it as abandoned. Nothing in C can
// be interrupted, so an encoder at work on large pictures may be left behind as well.
//
// From inside a call of the encoder's own writer or logger, Close returns ErrCalledBack, and
// nothing happens: it would wait for itself.
func (e *Encoder) Close() error {
	if !e.closed.Load() && e.inside.Inside() {
		return ErrCalledBack
	}
	e.closeOnce.Do(func() {
		e.closeErr = e.close()
		e.closed.Store(true)
	})
	e.mu.Lock()
	r := e.run
	e.mu.Unlock()
	if r != nil {
		e.over(r, e.closeErr)
	}
	return e.closeErr
}

func (e *Encoder) close() error {
	e.mu.Lock()
	e.awaitOpening()
	wasOpen := e.state == open
	aborted := e.aborted
	e.state = closed
	e.ended = !wasOpen
	if wasOpen {
		e.presence.enter()
	}
	e.mu.Unlock()
	if !wasOpen {
		e.claim.leave()
		return aborted
	}
	e.calls.Wait()
	err := e.run.Close()
	e.mu.Lock()
	e.presence.leave()
	e.ended = true
	e.mu.Unlock()
	return err
}

// Abort gives the file up: it writes no trailer, frees everything, and makes every call return
// cause (nil: ErrAborted), which it returns itself. What was written stays; a file that is
// CrashSafe can be read, as one that was never finished. After Close it does nothing and returns
// nil. So a deferred Abort beside an explicit Close never leaves a file that looks complete and is
// not. It returns within a second, as Close does when the run stops.
//
// From inside a call of the encoder's own writer or logger, Abort stops the run and does not wait.
func (e *Encoder) Abort(cause error) error {
	if cause == nil {
		cause = ErrAborted
	}
	inside := e.inside.Inside()
	e.mu.Lock()
	if e.run == nil && e.state == configuring && e.aborted == nil {
		e.aborted = cause
	}
	opening := e.opening != nil
	if opening {
		e.opening.cancel(cause)
	}
	if opening && !inside {
		e.awaitOpening()
	}
	r, ended, aborted := e.run, e.ended, e.aborted
	e.mu.Unlock()
	switch {
	case ended:
		return nil
	case r == nil && inside && opening:
		return aborted // what is left to do, Open does
	case r == nil:
		e.claim.leave()
		return aborted
	case inside:
		r.Stop(cause)
		r.Sinks.Refuse()
		pipeline.Apart(func() { e.over(r, r.Wait()) })
		return r.Cause()
	}
	err := r.Abort(cause)
	e.over(r, err)
	return err
}

// over is called when Close or Abort has seen the end of the run.
func (e *Encoder) over(r *run, err error) {
	e.unclosed.run.Store(nil)
	runtime.KeepAlive(e) // until now it has been closed by somebody
	r.end(e.Stats(), err)
}

// run is an open encoder.
type run struct {
	*graph.Run
	ctx    context.Context // given to Open: its end is the run's
	logged atomic.Bool     // how it ended
}

// cause returns why the run stopped; nil while it goes on. The context's own end shows here before
// the graph has heard of it.
func (r *run) cause() error {
	if cause := r.Cause(); cause != nil {
		return cause
	}
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return nil
}

// fed turns the outcome of a call into its error: the run's cause where it stopped, else how far
// the call came.
func (r *run) fed(err error, accepted int) error {
	if err == nil {
		return nil
	}
	if cause := r.cause(); cause != nil {
		return cause
	}
	if errors.Is(err, ErrEnded) {
		return ErrEnded
	}
	return &PartialError{Accepted: accepted, Err: err}
}

// end is called when the run is over. It logs that once, also where the logger comes back here.
func (r *run) end(s Stats, err error) {
	if !r.logged.Swap(true) {
		r.logEnd(s, err)
	}
}
