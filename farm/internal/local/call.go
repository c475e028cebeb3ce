package local

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"gocloud.dev/blob"
	"golang.org/x/sync/semaphore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
	"github.com/avloom/avloom/internal/pace"
)

// Task says what is to be made.
type Task struct {
	Store     *blob.Bucket
	Renderers map[string]work.Renderer
	Config    api.RenderConfig // with Workers
	Scratch   string           // a folder
}

// Run makes the files of jobs. A job that comes with an error fails with it.
func Run(ctx context.Context, t Task, jobs iter.Seq2[flow.Job, error]) (api.Report, error) {
	c := &call{
		cfg: t.Config, free: semaphore.NewWeighted(int64(t.Config.Workers)), start: time.Now(),
		maker: maker{Task: t, run: fmt.Sprintf("local-%016x", rand.Uint64())},
	}
	complete := c.runAll(ctx, jobs)
	if c.panicked != nil {
		panic(c.panicked)
	}
	if c.exited != nil {
		return api.Report{Results: c.results}, c.exited
	}
	return api.Report{Results: c.results}, c.err(ctx, complete)
}

// call is a call of Run.
type call struct {
	cfg     api.RenderConfig
	maker   maker
	free    *semaphore.Weighted // workers without a job
	workers sync.WaitGroup
	start   time.Time

	mu       sync.Mutex // held while Progress is called
	pace     pace.Pace
	progress api.Progress
	results  []api.JobResult
	failed   []api.JobResult // without those that another's failure or the context stopped
	panicked any             // the value with which Progress panicked
	exited   error           // set if Progress called runtime.Goexit
}

var errIterator = errors.New("farm: the iterator of the jobs has panicked")

// runAll reads the jobs and starts them. It returns when all that were started have ended, even if
// the iterator panics. complete says whether it came to the end of the jobs.
func (c *call) runAll(ctx context.Context, jobs iter.Seq2[flow.Job, error]) (complete bool) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer c.workers.Wait()
	returned := false
	defer func() {
		if !returned {
			stop(errIterator)
		}
	}()
	complete = c.startAll(ctx, stop, jobs)
	returned = true
	return complete
}

func (c *call) startAll(
	ctx context.Context, stop context.CancelCauseFunc, jobs iter.Seq2[flow.Job, error],
) (complete bool) {
	if !c.awaitFree(ctx, 1) {
		return false
	}
	for job, wrong := range jobs {
		if ctx.Err() != nil { // it ended while the iterator was asked
			return false
		}
		if !c.cfg.Shard.Has(job.ID) {
			c.pass()
			continue
		}
		takes := int64(1)
		if wrong == nil && c.maker.isFilm(job) {
			takes = int64(c.cfg.Workers)
		}
		if takes > 1 && !c.awaitFree(ctx, takes-1) {
			return false
		}
		c.startJob(ctx, stop, job, wrong, takes)
		if !c.awaitFree(ctx, 1) {
			return false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace.Complete()
	return true
}

// awaitFree waits for free workers. It returns false if no further job may begin.
func (c *call) awaitFree(ctx context.Context, workers int64) bool {
	return c.free.Acquire(ctx, workers) == nil && ctx.Err() == nil
}

// startJob makes the file of a job on a goroutine of its own, unless the job is wrong.
func (c *call) startJob(ctx context.Context, stop context.CancelCauseFunc, job flow.Job, wrong error, takes int64) {
	result := &api.JobResult{ID: job.ID, Path: job.Path}
	c.begin(result)
	c.workers.Go(func() {
		defer c.free.Release(takes)
		defer c.end(ctx, stop, result)
		if result.Err = wrong; wrong == nil {
			c.maker.make(ctx, job, result)
		}
	})
}

func (c *call) begin(result *api.JobResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress.Running++
	c.pace.Begin(result, time.Now())
}

// pass counts a job of another shard.
func (c *call) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace.Pass()
}
