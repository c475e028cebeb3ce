package farm

import (
	"context"
	"errors"
	"iter"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
)

// startersOfBatches is how many batches are handed to the server at the same time.
const startersOfBatches = 8

// Start hands jobs to the server, and returns when it has all of them. The first ones are made
// meanwhile, by workers that may also come later. The iterator runs on the caller's goroutine.
//
// If a run of cfg.ID is there, Start takes it up: it hands over the jobs which the server does not
// have. So a program that was killed in Start calls it again with the same ID, jobs and cfg. It is
// an error if the run has other jobs or another cfg, or if it was cancelled or given up. Nothing is
// made again in a run that is complete. A program that is not started again within
// RunConfig.Handover leaves a run that ends with ErrIncomplete.
//
// A *ConfigError says that jobs or cfg are wrong. Each ID and each Path must be unique in the run.
// If Start fails, or ctx ends, the run is cancelled, unless it was there and this call has added
// nothing to it. Files that are made until then stay.
func Start(ctx context.Context, c client.Client, jobs iter.Seq[Job], cfg RunConfig) (*Run, error) {
	switch {
	case c == nil:
		return nil, errNoClient
	case jobs == nil:
		return nil, &api.ConfigError{Field: "jobs", Reason: "must not be nil; slices.Values makes an iterator of a slice"}
	}
	settings, err := cfg.settings()
	if err != nil {
		return nil, err
	}
	f := newFeeder(c, settings)
	returned := false
	defer func() {
		if !returned { // the iterator has panicked
			_ = f.abandon(ctx, nil)
		}
	}()
	err = f.begin(ctx)
	if err == nil {
		err = f.feedAlive(ctx, jobs)
	}
	returned = true
	if err != nil {
		return nil, errors.Join(err, f.abandon(ctx, err))
	}
	return f.run, nil
}

// feedAlive hands over all batches of jobs, and gives the run signs of life meanwhile.
func (f *feeder) feedAlive(ctx context.Context, jobs iter.Seq[Job]) error {
	defer f.live(ctx)()
	return f.feedAll(ctx, jobs)
}

// feedAll hands over all batches of jobs.
func (f *feeder) feedAll(ctx context.Context, jobs iter.Seq[Job]) error {
	cutter, n := newCutter(f.settings), 0
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(startersOfBatches)
	func() {
		defer func() { _ = group.Wait() }() // also if the iterator panics
		for b := range cutter.batches(jobs) {
			if inner.Err() != nil {
				return
			}
			n++
			group.Go(func() error { return f.feed(inner, b) })
		}
	}()
	switch err := group.Wait(); {
	case err != nil && ctx.Err() == nil:
		return err
	case ctx.Err() != nil:
		return f.run.failed(ctx, "hand over the jobs", ctx.Err())
	case cutter.err != nil:
		return cutter.err
	}
	return f.complete(ctx, n)
}

// abandon cancels what this call has begun. cause is why, or nil.
func (f *feeder) abandon(ctx context.Context, cause error) error {
	const patience = 10 * time.Second
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	var all []error
	if _, other := errors.AsType[*otherRunError](cause); f.ours && !other {
		all = append(all, f.run.Cancel(ctx))
	}
	for index := range f.begun {
		all = append(all, f.run.cancelBatch(ctx, index))
	}
	return errors.Join(all...)
}
