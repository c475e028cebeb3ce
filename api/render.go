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

// Job is one file to make.
type Job struct {
	// ID names the job in results and errors. "": Path.
	ID string
	// Path of the finished file. Its folder must exist. A regular file that has the name already is
	// replaced when the job is done.
	Path string
	// Options are for this job's encoder. They come after those of RenderAll: WithThreadBudget gives
	// it other threads.
	Options []Option
	// Run adds streams to enc, opens path, and feeds. It need not close enc: RenderAll does. The
	// encoder is the job's own, and so is path: it has the extension of Path, lies in the same folder,
	// and becomes Path when Run has returned nil and the encoder has been closed without an error. ctx
	// ends when the job shall stop; the encoder is aborted then, and path removed. Run is called on a
	// goroutine of its own.
	Run func(ctx context.Context, enc *Encoder, path string) error
}

// RenderConfig says how RenderAll does its jobs. The zero value of a field means its default.
type RenderConfig struct {
	// Workers is how many jobs run at a time. 0: one per core (runtime.GOMAXPROCS).
	Workers int
	// FailFast stops all jobs when one fails. Default: the others go on.
	FailFast bool
	// Resume skips a job whose Path is a regular file already.
	Resume bool
	// Progress is told of each job that ended, in the order of the results. It is called from one
	// goroutine at a time, and while it runs no other job can end, so it should return soon. nil:
	// nobody is told.
	Progress func(Progress)
}

// Progress is how far RenderAll is. How many jobs there will be nobody knows before the iterator
// ends.
type Progress struct {
	Last    JobResult     // of the job that has just ended
	Done    int           // jobs whose files have been made
	Failed  int           // jobs that failed or were stopped
	Skipped int           // jobs whose files were there
	Running int           // jobs that have begun and not ended
	Elapsed time.Duration // since RenderAll was called
}

// Report is how all jobs ended, in the order in which they did. Jobs that were never begun are not
// in it. It turns into JSON and back, as JobResult does.
type Report struct{ Results []JobResult }

// RenderAll does jobs, several at a time, each with an encoder of its own. A job's file has a
// temporary name beside its Path until it is complete and on the disk (synced, with its folder); so
// Path is never half a file, whatever happens. What an earlier, killed call has left of the same
// job is removed; what another living process is writing is not: its temporary file is locked.
//
// The iterator runs on the caller's goroutine and is asked for a job only when a worker is free for
// it. Two jobs that run at the same time must not have the same Path: the second fails.
//
// A job that fails or panics fails alone, unless FailFast is set. Every encoder gets the same
// number of threads, the cores divided by Workers and at least 1, so that the bytes of a file
// depend neither on the other jobs nor on their order. They may depend on that number: for files
// that are equal whatever Workers and the machine are, set VideoConfig.Threads, or give each job
// WithThreadBudget(NewThreadBudget(1)).
//
// The error is nil if every job's file is there. Otherwise it is a *RenderError; but where ctx
// ended and no job failed by itself, it is the context's cause. When ctx ends no further job
// begins, those that run are stopped, and RenderAll returns when they have returned. A *ConfigError
// says that jobs or cfg are wrong, and nothing was done. A panic of the iterator or of Progress
// stops all jobs and is passed on; where Progress calls runtime.Goexit, all jobs are stopped, and
// the error says so.
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
	complete := r.do(ctx, jobs)
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
	free      *semaphore.Weighted // workers that have nothing to do
	workers   sync.WaitGroup
	leftovers wholefile.Leftovers
	start     time.Time

	mu       sync.Mutex // held while Progress is called
	writers  map[string]string
	progress Progress
	results  []JobResult
	failed   []JobResult // those that were not stopped by another's failure, nor by the context
	panicked any         // what Progress panicked with
	exited   error       // that Progress called runtime.Goexit; nil: it has not
}

var errProgressExited = errors.New("avloom: Progress called runtime.Goexit, as t.FailNow does, which stops all jobs")

var errIterator = errors.New("avloom: the iterator of the jobs has panicked")

// do reads the jobs and starts them. It returns when all that were started have ended, also when
// the iterator panics. False: it did not come to their end.
func (r *rendering) do(ctx context.Context, jobs iter.Seq[Job]) (complete bool) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer r.workers.Wait()
	returned := false
	defer func() {
		if !returned {
			stop(errIterator)
		}
	}()
	complete = r.startAll(ctx, stop, jobs)
	returned = true
	return complete
}

func (r *rendering) startAll(ctx context.Context, stop context.CancelCauseFunc, jobs iter.Seq[Job]) (complete bool) {
	if !r.awaitFree(ctx) {
		return false
	}
	for job := range jobs {
		if job.ID == "" {
			job.ID = job.Path
		}
		r.begin()
		r.workers.Go(func() {
			defer r.free.Release(1)
			result := JobResult{ID: job.ID, Path: job.Path}
			defer r.end(ctx, stop, &result) // deferred for runtime.Goexit
			r.render(ctx, job, &result)
		})
		if !r.awaitFree(ctx) {
			return false
		}
	}
	r.free.Release(1)
	return true
}

// awaitFree waits for a worker. False: no job is to begin any more.
func (r *rendering) awaitFree(ctx context.Context) bool {
	return r.free.Acquire(ctx, 1) == nil && ctx.Err() == nil
}

func (r *rendering) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.Running++
}

// end records how a job ended.
func (r *rendering) end(ctx context.Context, stop context.CancelCauseFunc, result *JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	told := false
	defer func() {
		if told {
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
	stopped := result.stopped(ctx)
	r.progress.Running--
	switch {
	case result.Err != nil:
		r.progress.Failed++
	case result.Skipped:
		r.progress.Skipped++
	default:
		r.progress.Done++
	}
	r.results = append(r.results, *result)
	if result.Err != nil && !stopped {
		r.failed = append(r.failed, *result)
		if r.cfg.FailFast {
			stop(fmt.Errorf("avloom: stopped, because %s failed: %w", result.ID, fault.WithoutPrefix(result.Err)))
		}
	}
	if r.cfg.Progress != nil && r.panicked == nil && r.exited == nil {
		r.progress.Last, r.progress.Elapsed = *result, time.Since(r.start)
		r.cfg.Progress(r.progress)
	}
	told = true
}
