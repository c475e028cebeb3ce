package work

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/farm/internal/flow"
)

// beats tell the server once a second that an attempt is alive and how far it has come, and end the
// attempt when it is cancelled, is no longer this worker's, or stalls.
//
// They call the server themselves. activity.RecordHeartbeat would cancel the attempt if the server
// did not answer for a second, as while it is being restarted.
type beats struct {
	server   recorder
	settings flow.Settings
	cancel   context.CancelCauseFunc
	frames   atomic.Int64
	bytes    atomic.Int64
	waiting  atomic.Int32
	watched  atomic.Pointer[watch]
	halting  sync.Once
	halted   chan struct{}
	running  sync.WaitGroup
	grace    time.Duration             // that calls of the server have when the context of the attempt has ended
	ended    atomic.Pointer[time.Time] // when it has; nil: it has not

	turn    chan struct{} // holds something while the server is called; for the fields below
	beat    flow.Beat
	counted bool // the failure of this attempt
}

// watch says how many frames are encoded, and has a number that rises as long as the work advances.
type watch func() (frames, advance int64)

// beatEvery is how often the server hears of an attempt.
const beatEvery = time.Second

// startBeats returns the context of the attempt. before is what the last attempt has told. The
// caller calls stop.
func (a *Activities) startBeats(ctx context.Context, s flow.Settings, before flow.Beat) (context.Context, *beats) {
	before.Frames = 0
	b := &beats{
		server: a.newRecorder(ctx), settings: s, halted: make(chan struct{}),
		grace: cmp.Or(a.grace, usualGrace), turn: make(chan struct{}, 1), beat: before,
	}
	ctx, b.cancel = context.WithCancelCause(ctx)
	context.AfterFunc(ctx, func() {
		now := time.Now()
		b.ended.Store(&now)
	})
	b.running.Go(func() { b.loop(ctx) })
	return ctx, b
}

// stop ends the beats and the context of the attempt.
func (b *beats) stop() {
	b.halt()
	b.cancel(context.Canceled)
}

// halt ends the beats alone.
func (b *beats) halt() {
	b.halting.Do(func() { close(b.halted) })
	b.running.Wait()
}

// AddFrames counts frames that were encoded.
func (b *beats) AddFrames(n int) { b.frames.Add(int64(n)) }

// AddBytes counts bytes that were uploaded or downloaded. Any other advance may be counted, too.
func (b *beats) AddBytes(n int) { b.bytes.Add(int64(n)) }

// Watch asks f before each beat. nil ends that.
func (b *beats) Watch(f watch) {
	if f == nil {
		b.watched.Store(nil)
		return
	}
	b.watched.Store(&f)
}

// Wait calls f, which waits for something that is not the job's affair. The attempt does not stall
// meanwhile.
func (b *beats) Wait(f func()) {
	b.waiting.Add(1)
	defer b.waiting.Add(-1)
	f()
}

// count returns how many frames are encoded, and a number that rises as long as the work advances.
func (b *beats) count() (frames, advance int64) {
	frames = b.frames.Load()
	advance = frames + b.bytes.Load()
	if f := b.watched.Load(); f != nil {
		more, rest := (*f)()
		frames, advance = frames+more, advance+more+rest
	}
	return frames, advance
}

// every is the time between two beats: short enough that a few of them may fail.
func (b *beats) every() time.Duration {
	return min(beatEvery, max(b.settings.Heartbeat/5, time.Millisecond))
}

// loop tells the server how far the attempt has come until the attempt has returned, or belongs to
// nobody.
func (b *beats) loop(ctx context.Context) {
	tick := time.NewTicker(b.every())
	defer tick.Stop()
	idle := idleness{every: b.every(), last: time.Now()}
	for {
		frames, advance := b.count()
		if idle.add(time.Now(), advance, b.waiting.Load() > 0) >= b.settings.Stall && ctx.Err() == nil {
			b.stall(ctx)
		}
		err := b.tell(ctx, func(beat *flow.Beat) { beat.Frames = frames })
		if cause := causeOf(err); cause != nil {
			b.cancel(cause)
			return
		}
		select {
		case <-b.halted:
			return
		case <-tick.C:
			if b.hasHalted() { // both were ready, and another beat may wait for a server that is away
				return
			}
		}
	}
}

func (b *beats) hasHalted() bool {
	select {
	case <-b.halted:
		return true
	default:
		return false
	}
}

// tell changes the beat and tells it to the server, also when ctx has ended. While the server does
// not answer, tell goes on for less than it takes until the server misses a beat, and after the end
// of ctx for the grace alone: a worker that stops does not wait for a server that is away.
func (b *beats) tell(ctx context.Context, change func(*flow.Beat)) error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	change(&b.beat)
	ctx, end := outlast(ctx, b.graceLeft(), b.longest())
	defer end()
	for {
		err := b.server.record(ctx, b.beat)
		if err == nil || causeOf(err) != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(askAgain):
		}
	}
}

// repeat tells the server the last beat again, unless ctx ends first.
func (b *beats) repeat(ctx context.Context) error {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-b.turn }()
	ctx, end := context.WithTimeout(ctx, b.longest())
	defer end()
	return b.server.record(ctx, b.beat)
}

// graceLeft is how long a call of the server may go on after the end of the attempt's context: all
// of them together for the grace, and each for a second of it at least.
func (b *beats) graceLeft() time.Duration {
	ended := b.ended.Load()
	if ended == nil {
		return b.grace
	}
	return max(b.grace-time.Since(*ended), min(b.grace, time.Second))
}

// longest is how long the server may take for an answer.
func (b *beats) longest() time.Duration { return max(b.settings.Heartbeat/2, time.Second) }

// outlast returns a context that ends a grace after ctx, or after the longest time.
func outlast(ctx context.Context, grace, longest time.Duration) (outer context.Context, end context.CancelFunc) {
	outer, cut := context.WithTimeout(context.WithoutCancel(ctx), longest)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cut()
		case <-outer.Done():
		}
	})
	return outer, func() { stop(); cut() }
}

// told returns the last beat.
func (b *beats) told() flow.Beat {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	return b.beat
}

// stall ends the attempt, which does not advance. This counts as a failure at once: the worker may
// be killed before the attempt returns.
func (b *beats) stall(ctx context.Context) {
	_ = b.fail(ctx)
	b.cancel(&StallError{b.settings.Stall})
}

// fail counts a failure of the attempt, at most one. It returns how many there are, in all
// attempts.
func (b *beats) fail(ctx context.Context) (failures int) {
	_ = b.tell(ctx, func(beat *flow.Beat) {
		if !b.counted {
			b.counted = true
			beat.Failures++
		}
		failures = beat.Failures
	})
	return failures
}

// giveBack counts an attempt that ends for no fault of the job.
func (b *beats) giveBack(ctx context.Context) {
	_ = b.tell(ctx, func(beat *flow.Beat) { beat.Returned++ })
}
