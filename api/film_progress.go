package api

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// filmProgress counts the frames of a film.
type filmProgress struct {
	encoded atomic.Int64 // by this call
	resumed atomic.Int64
}

// add counts a frame that was encoded.
func (p *filmProgress) add() { p.encoded.Add(1) }

// resume counts the frames of a chunk that an earlier call has encoded.
func (p *filmProgress) resume(frames int) { p.resumed.Add(int64(frames)) }

// tellEvery is how often Film.Progress is called at most.
const tellEvery = 100 * time.Millisecond

// watch calls Film.Progress when frames have been encoded. unwatch ends that, and waits for it.
func (r *filmRun) watch(stop context.CancelCauseFunc) (unwatch func()) {
	if r.Progress == nil {
		return func() {}
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		var told int64
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if frames := r.progress.encoded.Load() + r.progress.resumed.Load(); frames != told {
				told = frames
				r.tell(stop)
			}
		}
	})
	return func() {
		close(done)
		watching.Wait()
	}
}

// tell calls Film.Progress. No chunk ends meanwhile, and RenderConfig.Progress is not called.
func (r *filmRun) tell(stop context.CancelCauseFunc) {
	w := r.workers
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Progress == nil || w.panicked != nil || w.exited != nil {
		return
	}
	p := r.progress.snapshot(r.Frames, time.Since(w.start))
	w.guard(stop, func() { r.Progress(p) })
}

// snapshot says how far a film of so many frames has come.
func (p *filmProgress) snapshot(total int, elapsed time.Duration) FilmProgress {
	encoded := p.encoded.Load()
	s := FilmProgress{Frames: int(encoded + p.resumed.Load()), Total: total, Elapsed: elapsed}
	if encoded > 0 && elapsed > 0 {
		s.FPS = float64(encoded) / elapsed.Seconds()
		s.Left = time.Duration(float64(total-s.Frames) / s.FPS * float64(time.Second))
	}
	return s
}
