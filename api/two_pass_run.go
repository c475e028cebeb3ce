package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

var errPassEnded = errors.New("avloom: the pass has ended")

// pass is one of two passes.
type pass struct {
	*TwoPass
	number int // 1 or 2
	enc    *Encoder
	video  *VideoStream
	audio  *AudioStream // nil: the file is silent

	mu    sync.Mutex
	first error // of Draw and Sound
}

// run encodes the pictures and, in the second pass, the sound.
func (p *pass) run(ctx context.Context, path string) error {
	defer func() { _ = p.enc.Abort(errPassEnded) }() // does nothing after Close
	err := p.addStreams()
	if err != nil {
		return err
	}
	if err := p.enc.OpenFile(ctx, path, p.Options...); err != nil {
		return err
	}
	if err := p.feed(ctx); err != nil {
		return err
	}
	return p.enc.Close()
}

func (p *pass) addStreams() (err error) {
	if p.video, err = p.enc.AddVideo(p.Video); err != nil {
		return fmt.Errorf("avloom: Video: %w", fault.WithoutPrefix(err))
	}
	if p.Audio == nil {
		return nil
	}
	if p.audio, err = p.enc.AddAudio(*p.Audio); err != nil {
		return fmt.Errorf("avloom: Audio: %w", fault.WithoutPrefix(err))
	}
	return nil
}

// feed calls Draw and Sound, each on a goroutine of its own, and waits for both. It returns the
// error of the one that failed first.
func (p *pass) feed(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var feeding sync.WaitGroup
	feeding.Go(func() {
		p.call(cancel, "Draw", func() error { return p.Draw(ctx, p.video) }, p.video.End)
	})
	switch {
	case p.audio == nil:
	case p.number == 1:
		p.fail(cancel, p.audio.End())
	default:
		feeding.Go(func() {
			p.call(cancel, "Sound", func() error { return p.Sound(ctx, p.audio) }, p.audio.End)
		})
	}
	feeding.Wait()
	return p.first
}

// call calls Draw or Sound and contains its panic. If it returns nil, its stream is ended.
func (p *pass) call(cancel context.CancelCauseFunc, name string, feed, end func() error) {
	err := fmt.Errorf("avloom: %s called runtime.Goexit, as t.FailNow does", name)
	defer func() {
		if v := recover(); v != nil {
			err = &pipeline.PanicError{Value: v, Stack: debug.Stack()}
		}
		p.fail(cancel, err)
	}()
	if err = feed(); err == nil {
		err = end()
	}
}

// fail stops the pass if err is not nil.
func (p *pass) fail(cancel context.CancelCauseFunc, err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	if p.first == nil {
		p.first = err
	}
	p.mu.Unlock()
	cancel(err)
	_ = p.enc.Abort(err) // feed returns the error
}
