package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/wholefile"
	"github.com/avloom/avloom/pipeline"
)

var errJobEnded = errors.New("avloom: the job has ended")

// render runs a task and contains its panic. It fills in the result in all cases.
func (r *rendering) render(ctx context.Context, t task, result *JobResult) {
	start := time.Now()
	// This error stays if the task neither returns nor panics.
	result.Err = fmt.Errorf("avloom: %s called runtime.Goexit, as t.FailNow does", cmp.Or(t.user, "Run"))
	defer func() {
		if v := recover(); v != nil {
			result.Err = &pipeline.PanicError{Value: v, Stack: debug.Stack()}
		}
		if result.Err != nil && t.about != "" {
			result.Err = fmt.Errorf("avloom: %s: %w", t.about, fault.WithoutPrefix(result.Err))
		}
		if result.Elapsed == 0 { // the manifest does not say it already
			result.Elapsed = time.Since(start)
		}
	}()
	result.Err = t.run(ctx, result)
}

// attempt makes the file, unless it exists and is to be skipped.
func (r *rendering) attempt(ctx context.Context, job Job, result *JobResult) error {
	start := time.Now()
	if err := r.check(&job); err != nil {
		return err
	}
	release, err := r.reserve(job)
	if err != nil {
		return err
	}
	defer release()
	r.leftovers.Remove(job.Path)
	size, exists, err := regularFile(job.Path)
	if err != nil {
		return err
	}
	if exists && r.cfg.Resume {
		made, err := r.record.has(ctx, &job)
		if err != nil {
			return err
		}
		if made {
			result.Skipped, result.Bytes = true, size
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	file, err := wholefile.Create(job.Path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	if err := r.encode(ctx, job, file.Name(), result); err != nil {
		return err
	}
	return r.commit(job, file, start, result)
}

// commit gives the finished file its name, and lists it.
func (r *rendering) commit(job Job, file *wholefile.File, start time.Time, result *JobResult) error {
	content, err := r.record.contentOf(file.Name())
	if err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the file is written, but does not get its name: %w", err)
	}
	bytes, _, err := regularFile(job.Path)
	if err != nil {
		return err
	}
	listed := *result
	listed.Err, listed.Bytes, listed.Elapsed = nil, bytes, time.Since(start)
	if err := r.record.add(&job, content, listed); err != nil {
		return err
	}
	*result = listed
	return nil
}

func (r *rendering) check(job *Job) error {
	switch {
	case job.Path == "":
		return &fault.ConfigError{Field: "Path", Value: "", Reason: "a job needs the name of the file that it makes"}
	case job.Run == nil:
		return &fault.ConfigError{Field: "Run", Reason: "must not be nil: it makes the file"}
	case job.Fingerprint != "" && r.cfg.Resume && r.record == nil:
		return &fault.ConfigError{
			Field: "Fingerprint", Value: job.Fingerprint,
			Reason: "needs RenderConfig.Manifest, which says with which fingerprint a file was made; " +
				"without a manifest, Resume skips every file that is there",
		}
	default:
		return r.record.check(job)
	}
}

// reserve keeps two running jobs from making the same file.
func (r *rendering) reserve(job Job) (release func(), err error) {
	path := canonical(job.Path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if other, taken := r.writers[path]; taken {
		reason := fmt.Sprintf("job %q is making this file; give each job a file of its own", other)
		return nil, &fault.ConfigError{Field: "Path", Value: job.Path, Reason: reason}
	}
	r.writers[path] = job.ID
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.writers, path)
	}, nil
}

// canonical returns the same path for all names of a file. Links in the last element are not
// followed.
func canonical(path string) string {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		folder = filepath.Dir(path)
	}
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	return filepath.Join(folder, filepath.Base(path))
}

// regularFile says whether a regular file of that name exists. Anything else of that name is an
// error.
func regularFile(path string) (size int64, exists bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("avloom: %w", err)
	case !info.Mode().IsRegular():
		kind := "no regular file"
		if info.IsDir() {
			kind = "a folder"
		}
		reason := "is " + kind + ", which a file cannot replace; give it another name"
		return 0, true, &fault.ConfigError{Field: "Path", Value: path, Reason: reason}
	}
	return info.Size(), true, nil
}

// encode lets the job make the file at path, and finishes it.
func (r *rendering) encode(ctx context.Context, job Job, path string, result *JobResult) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	isTemporary := func(s *settings) { s.Temporary = path }
	enc := NewEncoder(append([]Option{WithThreadBudget(NewThreadBudget(r.threads)), isTemporary}, job.Options...)...)
	defer func() {
		_ = enc.Abort(errJobEnded) // does nothing after Close
		result.Stats = enc.Stats()
		result.Frames = result.Stats.videoFrames()
	}()
	stopAborting := abortWith(ctx, enc) // the job may open it with another context
	defer stopAborting()
	if err := job.Run(ctx, enc, path); err != nil {
		return err
	}
	return enc.finish(path)
}

// finish closes the encoder and checks that it wrote to path.
func (e *Encoder) finish(path string) error {
	e.mu.Lock()
	r := e.run
	e.mu.Unlock()
	if err := e.Close(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case r == nil:
		return errors.New("avloom: Run returned without opening the encoder: call enc.OpenFile(ctx, path) in it")
	case err != nil:
		return fmt.Errorf("avloom: the file that Run was to write is gone: %w", err)
	case info.Size() == 0 && r.Path != path:
		return fmt.Errorf("avloom: Run opened the encoder for %q, and wrote nothing to the path that it was given, %q",
			fault.Shorten(r.DisplayName), path)
	}
	return nil
}

// videoFrames is the number of pictures that all streams have accepted.
func (s *Stats) videoFrames() (n int64) {
	for _, t := range s.Streams {
		if t.Kind == "video" {
			n += t.Accepted
		}
	}
	return n
}
