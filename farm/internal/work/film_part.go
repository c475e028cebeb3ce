package work

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"

	"go.temporal.io/sdk/activity"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// Chunk makes a chunk of a film and puts it into the store, unless it is there.
func (a *Activities) Chunk(ctx context.Context, p flow.Part) (flow.PartMade, error) {
	return a.part(ctx, p, max(1, p.Film.Plan.Threads))
}

// Sound makes the sound of a film and puts it into the store, unless it is there.
func (a *Activities) Sound(ctx context.Context, p flow.Part) (flow.PartMade, error) {
	p.Index = api.SoundPart
	return a.part(ctx, p, 1)
}

// part makes a part of a film.
func (a *Activities) part(ctx context.Context, p flow.Part, threads int) (flow.PartMade, error) {
	t := p.Film.Task
	e := effort{settings: t.Settings, id: t.Job.ID, path: t.Job.Path, threads: threads}
	return attempt(ctx, a, e, func(ctx context.Context, b *beats) (flow.PartMade, error) {
		key := partKey(p.Film, p.Index)
		made, err := a.findPart(ctx, key)
		if err != nil || made != nil {
			return valueOf(made), err
		}
		plan, err := a.openPlanned(ctx, p.Film)
		if err != nil {
			return flow.PartMade{}, err
		}
		defer plan.Close()
		folder, err := os.MkdirTemp(a.Scratch, "part-")
		if err != nil {
			return flow.PartMade{}, err
		}
		defer func() { _ = os.RemoveAll(folder) }() // what stays is removed when the worker ends, or by the next one
		path := filepath.Join(folder, partName(p.Index))
		result, err := renderPart(ctx, b, plan, p.Index, path)
		if err != nil {
			return flow.PartMade{}, err
		}
		bytes, err := a.commitPart(ctx, b, p, path, result.Frames)
		return flow.PartMade{Frames: result.Frames, Bytes: bytes}, err
	})
}

// findPart returns a part that is in the store, or nil. Only Join looks whether it is whole. It
// removes what an earlier attempt may have left, whose worker was killed.
func (a *Activities) findPart(ctx context.Context, key string) (*flow.PartMade, error) {
	if activity.GetInfo(ctx).Attempt > 1 {
		if err := depot.RemoveTorn(ctx, a.Bucket, key); err != nil {
			return nil, err
		}
	}
	there, err := depot.Look(ctx, a.Bucket, key)
	if err != nil || !there.Exists {
		return nil, err
	}
	return &flow.PartMade{Frames: there.Frames, Bytes: there.Bytes}, nil
}

func valueOf(made *flow.PartMade) flow.PartMade {
	if made == nil {
		return flow.PartMade{}
	}
	return *made
}

// renderPart makes a part. It advances with each frame that is fed or encoded, and with each packet
// of sound: an encoder may hold many frames back.
func renderPart(
	ctx context.Context, b *beats, plan *api.FilmPlan, index int, path string,
) (api.JobResult, error) {
	var encoded, advance atomic.Int64
	b.Watch(func() (int64, int64) { return encoded.Load(), advance.Load() })
	if index == api.SoundPart {
		return plan.RenderSound(ctx, path, func(packets int) { advance.Store(int64(packets)) })
	}
	return plan.RenderChunk(ctx, index, path, func(fed, out int) {
		encoded.Store(int64(out))
		advance.Store(int64(fed))
	})
}

// commitPart puts a part into the store, if it is still this worker's. It returns the size of the
// one that is there then.
func (a *Activities) commitPart(
	ctx context.Context, b *beats, p flow.Part, path string, frames int64,
) (bytes int64, err error) {
	if err := b.Ours(ctx); err != nil {
		return 0, err
	}
	owner := ownerOf(p.Film.Task)
	owner.Frames = frames
	key := partKey(p.Film, p.Index)
	bytes, err = depot.Put(ctx, a.Bucket, key, path, owner, b.AddBytes)
	if _, ok := errors.AsType[*depot.OtherError](err); ok {
		err = nil // any whole part of this fingerprint will do, and Join finds one that is not
	}
	if err == nil {
		err = b.Ours(ctx)
	}
	if err != nil && ctx.Err() != nil {
		a.removeLate(ctx, key)
	}
	return bytes, err
}
