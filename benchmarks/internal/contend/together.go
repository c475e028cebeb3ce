package contend

import (
	"errors"
	"sync"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Together are workers that make a film between them, side by side: each makes as many frames as
// the others, in one file, or in a file for each chunk if the job has chunks.
type Together struct {
	name    string
	job     Job
	workers []*Worker
}

var _ Contender = (*Together)(nil)

// StartTogether starts so many workers, as StartWorker does. The job is that of the film. Its
// Frames are a multiple of n, and of n chunks.
func StartTogether(name string, n int, job Job, command ...string) (*Together, error) {
	t := &Together{name: name, job: job}
	if job.Chunk == 0 {
		job.Chunk = job.Frames / n
	}
	t.job.Files, t.job.Frames = job.Frames/job.Chunk, job.Chunk
	for i := range n {
		part := t.job
		part.Files, part.Parallel = t.job.Files/n, 1
		part.First, part.From = i*part.Files, i*part.Files*part.Frames
		w, err := StartWorker(name, part, command...)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.workers = append(t.workers, w)
	}
	return t, nil
}

// Name returns the name in the tables.
func (t *Together) Name() string { return t.name }

// Version returns the version that the processes wrote.
func (t *Together) Version() string { return t.workers[0].Version() }

// Job returns the job of all, whose files are those of the workers. From is that of the last file.
func (t *Together) Job() Job {
	j := t.job
	j.From = (j.Files - 1) * j.Frames
	return j
}

// Run lets all workers do their jobs at the same time, and waits for the last one.
func (t *Together) Run() (all measure.Sample, err error) {
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		ends  []time.Time
		errs  []error
	)
	start := time.Now()
	for _, w := range t.workers {
		group.Go(func() {
			s, err := w.Run()
			mu.Lock()
			defer mu.Unlock()
			ends, errs = append(ends, time.Now()), append(errs, err)
			all.CPU += s.CPU
			all.Memory += s.Memory
		})
	}
	group.Wait()
	all.Wall, all.Idle = time.Since(start).Seconds(), measure.Idle(ends).Seconds()
	return all, errors.Join(errs...)
}

// Close lets the processes end.
func (t *Together) Close() error {
	var errs []error
	for _, w := range t.workers {
		errs = append(errs, w.Close())
	}
	return errors.Join(errs...)
}
