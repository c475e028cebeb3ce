package work

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// Make makes a clip, or plans a film. If the file is there already, because an attempt of this job
// has put it there, or because the run resumes, nothing is rendered.
func (a *Activities) Make(ctx context.Context, t flow.Task) (flow.Made, error) {
	e := effort{settings: t.Settings, id: t.Job.ID, path: t.Job.Path, threads: t.Settings.Threads}
	return attempt(ctx, a, e, func(ctx context.Context, b *beats) (flow.Made, error) {
		start := time.Now()
		renderer, err := Find(a.Renderers, t.Job.Renderer)
		if err != nil {
			return flow.Made{}, err
		}
		made, err := a.find(ctx, t)
		if err != nil || made != nil {
			return flow.Made{Result: made}, err
		}
		if renderer.Film != nil {
			plan, err := a.planFilm(ctx, t)
			return flow.Made{Film: plan}, err
		}
		result, err := a.makeClip(ctx, b, renderer, t)
		result.Elapsed = time.Since(start)
		return flow.Made{Result: &result}, err
	})
}

// find returns the result of a job whose file is in the store, or nil. It removes what an earlier
// attempt may have left, whose worker was killed.
func (a *Activities) find(ctx context.Context, t flow.Task) (*flow.Result, error) {
	if activity.GetInfo(ctx).Attempt > 1 {
		if err := depot.RemoveTorn(ctx, a.Bucket, t.Job.Path); err != nil {
			return nil, err
		}
	}
	there, err := depot.Look(ctx, a.Bucket, t.Job.Path)
	if err != nil {
		return nil, err
	}
	own := there.MadeFor(ownerOf(t))
	if !own && (!there.Exists || !t.Settings.Resume) {
		return nil, nil
	}
	result := a.resultOf(ctx, t)
	result.Skipped, result.Bytes, result.Frames = !own, there.Bytes, there.Frames
	return &result, nil
}

// ownerOf returns who owns the file of a job.
func ownerOf(t flow.Task) depot.Owner { return depot.Owner{Run: t.Settings.Run, Job: t.Job.ID} }

// resultOf returns the result of a job whose file is there.
func (a *Activities) resultOf(ctx context.Context, t flow.Task) flow.Result {
	return flow.Result{
		ID: t.Job.ID, Path: t.Job.Path, Attempts: int(activity.GetInfo(ctx).Attempt), Worker: a.Identity,
	}
}
