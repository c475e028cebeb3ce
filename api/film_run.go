package api

import (
	"context"
	"fmt"
	"iter"
	"os"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/film"
)

// filmRun is a call of RenderFilm.
type filmRun struct {
	*filmParts
	folder   *film.Folder // nil: nothing is to be drawn
	workers  *rendering
	progress filmProgress
}

func newFilmRun(ctx context.Context, f *Film, cfg RenderConfig) (*filmRun, error) {
	parts, err := newFilmParts(ctx, f)
	if err != nil {
		return nil, err
	}
	cfg.Total = parts.cut.Chunks()
	return &filmRun{filmParts: parts, workers: newFilmWorkers(cfg)}, nil
}

// run makes the film, and tells its progress meanwhile.
func (r *filmRun) run(ctx context.Context) (Report, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	unwatch := r.watch(stop)
	err := r.make(ctx)
	unwatch()
	if err == nil {
		r.tell(stop)
	}
	w := r.workers
	if w.panicked != nil {
		panic(w.panicked)
	}
	if w.exited != nil {
		err = w.exited
	}
	return Report{Results: w.results}, err
}

// make makes the film, unless it is there already.
func (r *filmRun) make(ctx context.Context) (err error) {
	resume := r.workers.cfg.Resume
	complete, err := film.IsComplete(r.Path)
	if err != nil {
		return fmt.Errorf("avloom: %w", err)
	}
	if resume && complete {
		return r.skip(ctx)
	}
	if r.folder, err = film.OpenFolder(r.Path + film.Suffix); err != nil {
		return fmt.Errorf("avloom: the folder of the chunks: %w", err)
	}
	defer r.folder.Close()
	if err := r.folder.CheckForeign(r.cut); err != nil {
		return fmt.Errorf("avloom: %w", err)
	}
	if !resume {
		if err := fault.First(r.folder.RemoveAll(), r.folder.NoteReplaced(r.Path)); err != nil {
			return fmt.Errorf("avloom: remove the chunks of an earlier film: %w", err)
		}
	}
	if err := r.draw(ctx, r.tasks()); err != nil {
		return err
	}
	return r.complete(ctx)
}

// skip ends a call whose film is complete. It removes what a killed call may have left of it.
func (r *filmRun) skip(ctx context.Context) error {
	if _, err := os.Lstat(r.Path + film.Suffix); err == nil {
		folder, err := film.OpenFolder(r.Path + film.Suffix)
		if err == nil { // otherwise another call is making the film anew
			_ = folder.RemoveAll()
			folder.Close()
		}
	}
	return r.draw(ctx, r.skipped())
}

// draw lets the workers do all tasks.
func (r *filmRun) draw(ctx context.Context, tasks iter.Seq[task]) error {
	r.workers.runAll(ctx, tasks)
	if failed := r.workers.failed; len(failed) > 0 {
		return failed[0].Err
	}
	if err := r.workers.interruption(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// skipped are the tasks of a film that is complete.
func (r *filmRun) skipped() iter.Seq[task] {
	return func(yield func(task) bool) {
		for i := range r.cut.Chunks() {
			c := r.cut.At(i)
			run := func(_ context.Context, result *JobResult) error {
				result.Skipped, result.Frames = true, int64(c.Frames)
				r.progress.resume(c.Frames)
				return nil
			}
			if !yield(task{id: c.ID(), path: r.Path, about: c.String(), run: run}) {
				return
			}
		}
	}
}

// tasks are the sound and all chunks, in order.
func (r *filmRun) tasks() iter.Seq[task] {
	return func(yield func(task) bool) {
		sound := task{id: "sound", path: r.Path, about: "sound", user: "Sound", noResult: true, run: r.playSound}
		if r.Sound != nil && !yield(sound) {
			return
		}
		for i := range r.cut.Chunks() {
			c := r.cut.At(i)
			run := func(ctx context.Context, result *JobResult) error { return r.drawChunk(ctx, c, result) }
			if !yield(task{id: c.ID(), path: r.Path, about: c.String(), user: "Draw", run: run}) {
				return
			}
		}
	}
}

// complete writes the film, and removes the chunks.
func (r *filmRun) complete(ctx context.Context) error {
	j := r.joint()
	j.Path, j.SoundPath = r.folder.Path, r.folder.Sound()
	if err := r.join(ctx, r.Path, j); err != nil {
		return err
	}
	if err := r.folder.RemoveAll(); err != nil {
		return fmt.Errorf("avloom: the film is complete, but its chunks stay: %w", err)
	}
	return nil
}
