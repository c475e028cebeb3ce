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
	"github.com/avloom/avloom/internal/wholefile"
)

// Job is one file that RenderAll makes.
type Job struct {
	// ID names the job in results and errors. "": Path.
	ID string
	// Path of the finished file. Its folder must exist. An existing regular file of that name is
	// replaced when the job is done.
	Path string
	// Options of this job's encoder. They override those of RenderAll: WithThreadBudget gives the
	// encoder other threads.
	Options []Option
	// Run adds streams to enc, opens path with it, and feeds the streams. It need not close enc;
	// RenderAll does. path is a temporary name in the folder of Path, with the same extension. The
	// file becomes Path when Run has returned nil and the encoder was closed without an error. When
	// the job must stop, ctx ends, the encoder is aborted and path is removed. Run is called on a
	// goroutine of its own.
	Run func(ctx context.Context, enc *Encoder, path string) error
	// Fingerprint tells one content of the file from another: with RenderConfig.Resume and a Manifest,
	// a job counts as done only if its file was made with this fingerprint.
	Fingerprint string
}

// RenderConfig is the configuration of RenderAll. The zero value of a field means its default.
type RenderConfig struct {
	// Workers is the number of jobs that run at a time. 0: one per core (runtime.GOMAXPROCS).
	Workers int
	// FailFast stops all jobs when one fails. Default: the others go on.
	FailFast bool
	// Resume skips a job whose Path is already a regular file.
	Resume bool
	// Progress is called when a job has ended, in the order of the results, from one goroutine at a
	// time. No other job can end while Progress runs, so it should return soon. nil: it is not called.
	Progress func(Progress)
	// Total is the number of all jobs, for Progress. 0: unknown.
	Total int
	// Shard is the part of the jobs that this call runs. The zero value: all.
	Shard Shard
	// Manifest is the path of a file to which a line of JSON is appended for each job that was
	// completed. "": none.
	Manifest string
}

// Shard is a part of the jobs. The jobs are divided by their IDs, in the same way in every process.
type Shard struct {
	Index int // from 0 to Count-1
	Count int // of all parts; 0: there is one part
}

// Progress says how far RenderAll has come. The number of all jobs is not known before the iterator
// ends.
type Progress struct {
	Last    JobResult     // of the job that has just ended
	Done    int           // jobs whose files were made
	Failed  int           // jobs that failed or were stopped
	Skipped int           // jobs whose files existed
	Running int           // jobs that have begun and not ended
	Elapsed time.Duration // since RenderAll was called
}

// Report says how all jobs ended, in the order in which they did. It does not contain jobs that
// were never begun. It can be converted to JSON and back, as JobResult can.
type Report struct{ Results []JobResult }

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
// The error is nil if every job's file exists. Otherwise it is a *RenderError, or the context's
// cause if ctx ended and no job failed by itself. When ctx ends, no further job begins, running
// jobs are stopped, and RenderAll returns when they have returned. A *ConfigError says that jobs or
// cfg are wrong; no job was begun. A panic of the iterator or of Progress stops all jobs and is
// passed on. If Progress calls runtime.Goexit, all jobs are stopped, and the error says so.
func RenderAll(ctx context.Context, jobs iter.Seq[Job], cfg RenderConfig) (Report, error) {
	cores := runtime.GOMAXPROCS(0)
	if cfg.Workers == 0 {
		cfg.Workers = cores
	}
	if err := cfg.check(jobs); err != nil {
		return Report{}, err
	}
	r := &rendering{
		cfg: cfg, threads: max(1, cores/cfg.Workers), free: semaphore.NewWeighted(int64(cfg.Workers)),
		writers: map[string]string{}, start: time.Now(),
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

func (cfg *RenderConfig) check(jobs iter.Seq[Job]) error {
	switch {
	case cfg.Workers < 0:
		return &fault.ConfigError{Field: "Workers", Value: cfg.Workers, Reason: "must not be negative; 0 means one per core"}
	case jobs == nil:
		return &fault.ConfigError{Field: "jobs", Reason: "must not be nil; slices.Values makes an iterator of a slice"}
	default:
		return nil
	}
}

// rendering is a call of RenderAll.
type rendering struct {
	cfg       RenderConfig
	threads   int                 // of each encoder
	free      *semaphore.Weighted // workers without a job
	workers   sync.WaitGroup
	leftovers wholefile.Leftovers
	start     time.Time

	mu       sync.Mutex // held while Progress is called
	writers  map[string]string
	progress Progress
	results  []JobResult
	failed   []JobResult // without those that another's failure or the context stopped
	panicked any         // the value with which Progress panicked
	exited   error       // set if Progress called runtime.Goexit
}

var errProgressExited = errors.New("avloom: Progress called runtime.Goexit, as t.FailNow does, which stops all jobs")

var errIterator = errors.New("avloom: the iterator of the jobs has panicked")

// task is what a worker does: a job of RenderAll, or a part of a film.
type task struct {
	id, path string
	run      func(ctx context.Context, result *JobResult) error
	noResult bool   // the task counts only if it fails
	about    string // what an error names; "": the id in the result is enough
	user     string // the function of the program that runs; "": Run
}

// tasksOf returns what the workers do for jobs.
func (r *rendering) tasksOf(jobs iter.Seq[Job]) iter.Seq[task] {
	return func(yield func(task) bool) {
		for job := range jobs {
			if job.ID == "" {
				job.ID = job.Path
			}
			make := func(ctx context.Context, result *JobResult) error { return r.attempt(ctx, job, result) }
			if !yield(task{id: job.ID, path: job.Path, run: make}) {
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
		r.begin()
		r.workers.Go(func() {
			defer r.free.Release(1)
			result := JobResult{ID: t.id, Path: t.path}
			defer r.end(ctx, stop, t, &result) // deferred for runtime.Goexit
			r.render(ctx, t, &result)
		})
		if !r.awaitFree(ctx) {
			return false
		}
	}
	r.free.Release(1)
	return true
}

// awaitFree waits for a free worker. It returns false if no further job may begin.
func (r *rendering) awaitFree(ctx context.Context) bool {
	return r.free.Acquire(ctx, 1) == nil && ctx.Err() == nil
}

func (r *rendering) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.Running++
}

// end records how a task ended and calls Progress.
func (r *rendering) end(ctx context.Context, stop context.CancelCauseFunc, t task, result *JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stopped := result.stopped(ctx)
	r.progress.Running--
	if t.noResult {
		r.noteFailure(stop, stopped, result)
		return
	}
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
		r.progress.Last, r.progress.Elapsed = *result, time.Since(r.start)
		r.report(stop)
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

// report calls Progress. A panic, or runtime.Goexit, stops all jobs. The caller holds the mutex.
func (r *rendering) report(stop context.CancelCauseFunc) {
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
	r.cfg.Progress(r.progress)
	returned = true
}
