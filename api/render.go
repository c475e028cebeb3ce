package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/pace"
	"github.com/avloom/avloom/internal/wholefile"
)

// RenderAll runs jobs, several at a time, each with an encoder of its own. A job's file has a
// temporary name beside its Path until it is complete and on the disk (synced, with its folder).
// Path is therefore never an incomplete file. RenderAll removes what an earlier, killed call has
// left of the same job. It does not remove a temporary file that another process is writing, which
// is locked.
//
// The iterator runs on the caller's goroutine. RenderAll asks it for a job only when a worker is
// free. Two jobs that run at the same time must not have the same Path: the second one fails.
//
// A job that fails or panics does not stop the others, unless FailFast is set. Every encoder gets
// the same number of threads: the cores divided by Workers, and at least 1. The bytes of a file
// therefore depend neither on the other jobs nor on their order. They may depend on the number of
// threads. To get the same files with any number of Workers and on any machine, set
// VideoConfig.Threads, or give each job WithThreadBudget(NewThreadBudget(1)).
//
// The error is nil if the file of every job of the Shard exists. Otherwise it is a *RenderError, or
// the context's cause if ctx ended and no job failed by itself. When ctx ends, no further job
// begins, running jobs are stopped, and RenderAll returns when they have returned. A *ConfigError
// says that jobs or cfg are wrong; no job was begun. A panic of the iterator or of Progress stops
// all jobs and is passed on. If Progress calls runtime.Goexit, all jobs are stopped, and the error
// says so.
func RenderAll(ctx context.Context, jobs iter.Seq[Job], cfg RenderConfig) (Report, error) {
	cores := runtime.GOMAXPROCS(0)
	if cfg.Workers == 0 {
		cfg.Workers = cores
	}
	if err := cfg.check(jobs); err != nil {
		return Report{}, err
	}
	record, err := openRecord(&cfg)
	if err != nil {
		return Report{}, err
	}
	defer record.close()
	r := &rendering{
		cfg: cfg, threads: max(1, cores/cfg.Workers), free: semaphore.NewWeighted(int64(cfg.Workers)),
		writers: map[string]string{}, record: record, start: time.Now(),
	}
	complete := r.runAll(ctx, r.tasksOf(jobs))
	if r.panicked != nil {
		panic(r.panicked)
	}
	if r.exited != nil {
		return Report{Results: r.results}, r.exited
	}
	return Report{Results: r.results}, r.err(ctx, complete)
}

// rendering is a call of RenderAll.
type rendering struct {
	cfg       RenderConfig
	threads   int                 // of each encoder
	free      *semaphore.Weighted // workers without a job
	workers   sync.WaitGroup
	leftovers wholefile.Leftovers
	record    *jobRecord
	start     time.Time

	mu       sync.Mutex // held while Progress is called
	writers  map[string]string
	pace     pace.Pace
	progress Progress
	results  []JobResult
	failed   []JobResult // without those that another's failure or the context stopped
	panicked any         // the value with which Progress panicked
	exited   error       // set if Progress called runtime.Goexit
}

var errProgressExited = errors.New("avloom: Progress called runtime.Goexit, as t.FailNow does, which stops all jobs")

var errProgressPanicked = errors.New("avloom: Progress has panicked")

var errIterator = errors.New("avloom: the iterator of the jobs has panicked")

// task is what a worker does: a job of RenderAll, or a part of a film.
type task struct {
	id, path string
	run      func(ctx context.Context, result *JobResult) error
	noResult bool   // the task counts only if it fails
	about    string // what an error names; "": the id in the result is enough
	user     string // the function of the program that runs; "": Run
	other    bool   // a job of another shard, which is not run
}

// tasksOf returns a task for each job.
func (r *rendering) tasksOf(jobs iter.Seq[Job]) iter.Seq[task] {
	return func(yield func(task) bool) {
		for job := range jobs {
			if job.ID == "" {
				job.ID = job.Path
			}
			t := task{id: job.ID, path: job.Path, other: !r.cfg.Shard.Has(job.ID)}
			t.run = func(ctx context.Context, result *JobResult) error { return r.attempt(ctx, job, result) }
			if !yield(t) {
				return
			}
		}
	}
}

// runAll reads the tasks and starts them. It returns when all that were started have ended, even if
// the iterator panics. complete says whether it came to the end of the tasks.
func (r *rendering) runAll(ctx context.Context, tasks iter.Seq[task]) (complete bool) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer r.workers.Wait()
	returned := false
	defer func() {
		if !returned {
			stop(errIterator)
		}
	}()
	complete = r.startAll(ctx, stop, tasks)
	returned = true
	return complete
}

func (r *rendering) startAll(ctx context.Context, stop context.CancelCauseFunc, tasks iter.Seq[task]) (complete bool) {
	if !r.awaitFree(ctx) {
		return false
	}
	for t := range tasks {
		if ctx.Err() != nil { // it ended while the iterator was asked
			return false
		}
		if t.other {
			r.pass()
			continue
		}
		result := &JobResult{ID: t.id, Path: t.path}
		r.begin(t, result)
		r.workers.Go(func() {
			defer r.free.Release(1)
			defer r.end(ctx, stop, t, result) // deferred for runtime.Goexit
			r.render(ctx, t, result)
		})
		if !r.awaitFree(ctx) {
			return false
		}
	}
	r.free.Release(1)
	r.beganAll()
	return true
}

// awaitFree waits for a free worker. It returns false if no further job may begin.
func (r *rendering) awaitFree(ctx context.Context) bool {
	return r.free.Acquire(ctx, 1) == nil && ctx.Err() == nil
}

func (r *rendering) begin(t task, result *JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !t.noResult {
		r.progress.Running++
		r.pace.Begin(result, time.Now())
	}
}

// pass counts a job of another shard.
func (r *rendering) pass() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pace.Pass()
}

// beganAll records that there are no further tasks.
func (r *rendering) beganAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pace.Complete()
}

// end records how a task ended and calls Progress.
func (r *rendering) end(ctx context.Context, stop context.CancelCauseFunc, t task, result *JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stopped := result.stopped(ctx)
	if t.noResult {
		r.noteFailure(stop, stopped, result)
		return
	}
	r.progress.Running--
	r.pace.End(result, result.Skipped, time.Now())
	switch {
	case result.Err != nil:
		r.progress.Failed++
	case result.Skipped:
		r.progress.Skipped++
	default:
		r.progress.Done++
	}
	r.results = append(r.results, *result)
	r.noteFailure(stop, stopped, result)
	if r.cfg.Progress != nil && r.panicked == nil && r.exited == nil {
		now := time.Now()
		r.progress.Last, r.progress.Elapsed = *result, now.Sub(r.start)
		r.progress.Total = r.pace.Total(r.cfg.Total, r.cfg.Shard.Count)
		r.progress.Left = r.pace.Left(r.progress.Total, now)
		r.guard(stop, func() { r.cfg.Progress(r.progress) })
	}
}

// noteFailure notes a task that failed by itself. The caller holds the mutex.
func (r *rendering) noteFailure(stop context.CancelCauseFunc, stopped bool, result *JobResult) {
	if result.Err == nil || stopped {
		return
	}
	r.failed = append(r.failed, *result)
	if r.cfg.FailFast {
		stop(fmt.Errorf("avloom: stopped, because %s failed: %w", result.ID, fault.WithoutPrefix(result.Err)))
	}
}

// guard calls a Progress. A panic, or runtime.Goexit, stops all jobs. The caller holds the mutex.
func (r *rendering) guard(stop context.CancelCauseFunc, progress func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			r.panicked = v
			stop(fmt.Errorf("avloom: Progress has panicked: %v", v))
			return
		}
		r.exited = errProgressExited
		stop(r.exited)
	}()
	progress()
	returned = true
}

// interruption returns an error if a Progress has panicked, or has called runtime.Goexit.
func (r *rendering) interruption() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.panicked != nil {
		return errProgressPanicked
	}
	return r.exited
}
