package farm

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"

	"gocloud.dev/blob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/care"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/local"
	"github.com/avloom/avloom/farm/internal/work"
)

// Local makes the files of jobs in this process, without a server: to try renderers, or where
// another program divides the jobs among machines. The files have the same bytes as those of
// workers with RunConfig.Threads 0.
//
// Of cfg all fields apply as in api.RenderAll but Manifest, which is a *api.ConfigError: the store
// itself tells which files there are. Resume skips a job if there is a file at its Path, whatever
// made it. A clip takes one of Workers. A film takes all of them, for RenderFilm, and therefore
// waits for the clips before it and holds up the jobs after it.
//
// A file is rendered in a folder in os.TempDir, which a later call removes if this process is
// killed, and copied into the store when it is complete. It replaces no other file: if there is one
// with other bytes at Path, the job fails. A job is tried once, since what fails in one process
// would most likely fail again; a second call with Resume makes what is missing. Then a film begins
// anew; one that must go on after a kill is for RenderFilm.
//
// The report, the error, a panic of the iterator or of Progress, and the end of ctx are as those of
// api.RenderAll. Path in a result is the key in the store. Of a film, Stats are empty. A job that
// is wrong, or whose ID or Path an earlier job had, fails, and the others go on.
func Local(
	ctx context.Context, store *blob.Bucket, renderers map[string]Renderer, jobs iter.Seq[Job], cfg api.RenderConfig,
) (api.Report, error) {
	if err := checkLocal(ctx, store, renderers, jobs, cfg); err != nil {
		return api.Report{}, err
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	scratch, err := care.OpenScratch(os.TempDir())
	if err != nil {
		return api.Report{}, fmt.Errorf("farm: make a folder for files that are being rendered (os.TempDir): %w", err)
	}
	defer func() { _ = scratch.Close() }() // what stays is removed by a later call
	task := local.Task{Store: store, Renderers: workRenderers(renderers), Config: cfg, Scratch: scratch.Folder()}
	return local.Run(ctx, task, checked(jobs))
}

// checked returns the jobs, with the errors of those that are wrong.
func checked(jobs iter.Seq[Job]) iter.Seq2[flow.Job, error] {
	return func(yield func(flow.Job, error) bool) {
		checks := newCutter(flow.Settings{Parts: defaultParts})
		for given := range jobs {
			job, _, err := checks.check(given)
			if !yield(job, err) {
				return
			}
		}
	}
}

// workRenderers returns the renderers as the rooms of the farm know them.
func workRenderers(renderers map[string]Renderer) map[string]work.Renderer {
	all := map[string]work.Renderer{}
	for name, r := range renderers {
		all[name] = work.Renderer(r)
	}
	return all
}

// checkLocal checks the arguments of Local.
func checkLocal(
	ctx context.Context, store *blob.Bucket, renderers map[string]Renderer, jobs iter.Seq[Job], cfg api.RenderConfig,
) error {
	switch {
	case store == nil:
		return &api.ConfigError{Field: "store", Reason: "there is none; open one with blob.OpenBucket"}
	case jobs == nil:
		return &api.ConfigError{Field: "jobs", Reason: "must not be nil; slices.Values makes an iterator of a slice"}
	case cfg.Manifest != "":
		return &api.ConfigError{
			Field: "Manifest", Value: cfg.Manifest,
			Reason: "lists files on a disk; with a store, Resume skips the jobs whose files are in it",
		}
	}
	if err := checkRenderers(renderers); err != nil {
		return err
	}
	none := func(func(api.Job) bool) {}
	if _, err := api.RenderAll(context.WithoutCancel(ctx), none, cfg); err != nil { // checks the other fields
		return err
	}
	return checkStore(ctx, store)
}
