package graph

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Sink[pipeline.Packet] = (*liveOutput)(nil)
	_ pipeline.Ticker                = (*liveOutput)(nil)
	_ pipeline.Expectant             = (*liveOutput)(nil)
)

// liveOutput is the sink of an output that may fail. It opens its destination itself, in its first
// call, so that nobody else waits for that. With a backoff it opens it again after each failure;
// without one, its error ends it.
//
//	connecting ──▶ running ──▶ waiting ──▶ connecting ──▶ …
//	     └─────────────────────────▲
type liveOutput struct {
	liveConfig
	supplies []*pipeline.Supply
	start    beginning // of the container that is open, if it begins late
	begun    []bool    // by input: the container that is open has had a packet with which it can begin
	stale    []int     // by input: packets that waited while the connection was made, and are dropped
	ended    []bool    // by input: nothing more comes
	opened   bool      // an attempt to open was made
	next     time.Time
	attempts int // to open, since the output last worked
	lostThen int64

	mu        sync.Mutex
	connected time.Time // when the container was opened that is open
	liveState
}

// liveConfig is what a liveOutput needs.
type liveConfig struct {
	// connect opens the destination, unless ctx ends before.
	connect func(ctx context.Context) (*destination.Destination, error)
	// begin writes the header. It takes the destination over, also when it fails. late: the container
	// begins at a key frame, and its times at 0.
	begin    func(dst *destination.Destination, late bool) (containerSink, error)
	connects bool             // the destination is a connection
	late     bool             // the first container begins late, too
	backoff  *backoff         // nil: the first failure is the last
	beginNow func() beginning // of a container that begins late now
	askKey   func(input int)
	losses   *lossLog
	queued   func(input int) int // packets that wait
	lines    *fflog.AsyncLines
	fields   []zap.Field // of each line: which output
}

// newLiveOutput returns an output that is not open yet.
func newLiveOutput(cfg liveConfig) *liveOutput {
	start := cfg.beginNow()
	n := len(start.pictures)
	return &liveOutput{
		liveConfig: cfg, start: start, begun: make([]bool, n), stale: make([]int, n), ended: make([]bool, n),
	}
}

// Expect keeps what tells, for each input, whether it is being fed.
func (l *liveOutput) Expect(supplies []*pipeline.Supply) { l.supplies = supplies }

// Due returns at once while the output has not been opened, when to open it again while it waits,
// and else what the muxer says.
func (l *liveOutput) Due() time.Time {
	switch {
	case !l.opened:
		return time.Now()
	case l.mux == nil && l.isLeaving():
		return time.Time{}
	case l.mux == nil:
		return l.next
	default:
		return l.mux.Due()
	}
}

// Tick opens the output, or calls the muxer.
func (l *liveOutput) Tick(ctx context.Context) error {
	if l.mux == nil {
		return l.open(ctx)
	}
	return l.check(ctx, l.mux.Tick(ctx))
}

// Consume writes a packet. While the output is not open, and until the key frame with which the
// container begins, packets are lost.
func (l *liveOutput) Consume(ctx context.Context, input int, p pipeline.Packet) error {
	l.losses.look()
	err := l.openFirst(ctx)
	if err != nil || l.mux == nil || !l.begins(input, p) {
		p.Free()
		l.lost.Add(1)
		return err
	}
	return l.check(ctx, l.mux.Consume(ctx, input, p))
}

// begins says whether the container can have a packet. If only a key frame is missing, begins asks
// for one.
func (l *liveOutput) begins(input int, p pipeline.Packet) bool {
	if l.stale[input] > 0 {
		l.stale[input]--
		return false
	}
	if !l.begun[input] && !l.start.with(input, p) {
		l.askKey(input)
		return false
	}
	l.begun[input] = true
	return true
}

// EndInput notes that nothing more comes from an input.
func (l *liveOutput) EndInput(ctx context.Context, input int) error {
	if err := l.openFirst(ctx); err != nil {
		return err
	}
	l.ended[input] = true
	if l.mux == nil {
		return nil
	}
	return l.check(ctx, l.mux.EndInput(ctx, input))
}

// Flush finishes the container. An output that is not connected just ends, with the error of its
// last connection.
func (l *liveOutput) Flush(ctx context.Context) error {
	if err := l.openFirst(ctx); err != nil {
		return err
	}
	if l.mux == nil {
		return l.lastError()
	}
	if err := l.mux.Flush(ctx); err != nil {
		return err
	}
	l.finish()
	return nil
}

// Close frees everything.
func (l *liveOutput) Close() {
	l.closeMux()
	l.losses.finish()
}

// openFirst opens the output if that was not tried yet.
func (l *liveOutput) openFirst(ctx context.Context) error {
	if l.opened {
		return nil
	}
	return l.open(ctx)
}

// open opens the destination and writes the header.
func (l *liveOutput) open(ctx context.Context) error {
	first := !l.opened
	l.opened = true
	l.attempts++
	mux, err := l.openMux(ctx, !first || l.late)
	if err != nil {
		return l.fail(ctx, fault.WithoutPrefix(err), 0) // the error of the actor has the prefix
	}
	late := !first || l.late
	if !first { // what has come since the output joined was in its queue
		l.start = l.beginNow()
	}
	for input := range l.begun {
		l.begun[input] = !late
		if late && l.losses.isLosing() { // a gap follows: the container would begin with a jump
			l.stale[input] = l.queued(input)
		}
	}
	if l.supplies != nil {
		mux.Expect(l.supplies)
	}
	if !first {
		l.reportReturn()
	}
	l.attempts = 0
	if late {
		l.askForAll()
	}
	return l.endInputs(ctx)
}

// askForAll asks for the key frames with which the container begins.
func (l *liveOutput) askForAll() {
	for input, pictures := range l.start.pictures {
		if pictures && !l.ended[input] {
			l.askKey(input)
		}
	}
}

// endInputs tells a new muxer of the inputs that have ended before.
func (l *liveOutput) endInputs(ctx context.Context) error {
	for input, ended := range l.ended {
		if !ended || l.mux == nil {
			continue
		}
		if err := l.check(ctx, l.mux.EndInput(ctx, input)); err != nil {
			return err
		}
	}
	return nil
}

// openMux connects and writes the header. Wake ends it.
func (l *liveOutput) openMux(ctx context.Context, late bool) (containerSink, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := l.beginConnecting(cancel); err != nil {
		return nil, err
	}
	dst, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.beginHeader(dst); err != nil {
		dst.GiveUp() // nothing was written
		return nil, err
	}
	mux, err := l.begin(dst, late)
	if err != nil {
		return nil, err
	}
	l.beginRunning(mux)
	return mux, nil
}

// check handles the error of a call of the muxer.
func (l *liveOutput) check(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return l.fail(ctx, err, time.Since(l.connected))
}

// fail closes the output after a failure, and has it opened again later. It returns the error if
// that does not happen. stood is how long the connection lasted.
func (l *liveOutput) fail(ctx context.Context, err error, stood time.Duration) error {
	l.closeMux()
	_, unused := errors.AsType[*destination.UnusedOptionsError](err) // which no other attempt changes
	switch {
	case errors.Is(err, errLeaves):
		l.next = time.Time{}
		return nil
	case l.backoff == nil, unused, ctx.Err() != nil, l.isWoken():
		return err
	}
	wait := l.backoff.wait(stood)
	l.next = time.Now().Add(wait)
	l.reportFailure(err, wait)
	l.beginWaiting(err)
	return nil
}

// reportFailure logs why an output is not connected: once, and again if the reason changes.
func (l *liveOutput) reportFailure(err error, wait time.Duration) {
	last := l.lastError()
	if last != nil && last.Error() == err.Error() {
		return
	}
	if last == nil {
		l.lostThen = l.lost.Load()
	}
	more := []zap.Field{zap.Error(err), zap.Duration("again_in", wait)}
	l.lines.Add(zap.WarnLevel, "an output failed; it will be connected again", slices.Concat(l.fields, more)...)
}

// reportReturn logs that an output is connected again.
func (l *liveOutput) reportReturn() {
	more := []zap.Field{zap.Int("attempts", l.attempts), zap.Int64("lost", l.lost.Load()-l.lostThen)}
	l.lines.Add(zap.WarnLevel, "an output is connected again", slices.Concat(l.fields, more)...)
}
