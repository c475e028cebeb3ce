package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
	"github.com/avloom/avloom/pipeline"
)

// maker makes the files of jobs.
type maker struct {
	Task
	run string // who owns the files
}

// isFilm says whether a job's renderer makes films.
func (m *maker) isFilm(job flow.Job) bool { return m.Renderers[job.Renderer].Film != nil }

// make makes the file of a job, fills in the result in all cases, and contains a panic of the
// renderer.
func (m *maker) make(ctx context.Context, job flow.Job, result *api.JobResult) {
	start := time.Now()
	// This error stays if the renderer neither returns nor panics.
	result.Err = errors.New("farm: the renderer called runtime.Goexit, as t.FailNow does")
	defer func() {
		if v := recover(); v != nil {
			result.Err = &pipeline.PanicError{Value: v, Stack: debug.Stack()}
		}
		result.Elapsed = time.Since(start)
	}()
	result.Err = m.attempt(ctx, job, result)
}

// attempt makes the file, unless it exists and is to be skipped.
func (m *maker) attempt(ctx context.Context, job flow.Job, result *api.JobResult) error {
	renderer, err := work.Find(m.Renderers, job.Renderer)
	if err != nil {
		return err
	}
	if m.Config.Resume {
		there, err := depot.Look(ctx, m.Store, job.Path)
		if err != nil {
			return fmt.Errorf("farm: %w", err)
		}
		if there.Exists {
			result.Skipped, result.Bytes = true, there.Bytes
			return nil
		}
	}
	folder, err := os.MkdirTemp(m.Scratch, "job-")
	if err != nil {
		return fmt.Errorf("farm: make a folder for the file: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // what stays is removed with the folder of all jobs
	file := filepath.Join(folder, work.FileName(job.Path))
	if err := m.render(ctx, renderer, job, file, result); err != nil {
		return work.WithKey(err, folder, job.Path)
	}
	owner := depot.Owner{Run: m.run, Job: job.ID, Frames: result.Frames}
	bytes, err := depot.Put(ctx, m.Store, job.Path, file, owner, func(int) {})
	if err != nil {
		return fmt.Errorf("farm: %w", err)
	}
	result.Bytes = bytes
	return nil
}

// render makes the file on the disk.
func (m *maker) render(ctx context.Context, r work.Renderer, job flow.Job, file string, result *api.JobResult) error {
	if r.Film != nil {
		return m.renderFilm(ctx, r, job, file, result)
	}
	clip := work.Clip{Renderer: r, ID: job.ID, Params: job.Params, Path: file, Threads: 1}
	made, err := clip.Render(ctx, nil)
	result.Frames, result.Stats = made.Frames, made.Stats
	return err
}

func (m *maker) renderFilm(
	ctx context.Context, r work.Renderer, job flow.Job, file string, result *api.JobResult,
) error {
	film, err := r.Film(work.ParamsOf(job.Params))
	if err != nil {
		return err
	}
	film.Path = file
	report, err := api.RenderFilm(ctx, film, api.RenderConfig{Workers: m.Config.Workers})
	for _, chunk := range report.Results {
		result.Frames += chunk.Frames
	}
	return err
}
