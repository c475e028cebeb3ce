package work

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// Join writes a film from its parts in the store, and puts it there. The disk holds the film twice
// meanwhile. Parts that are missing or damaged are an error of type flow.ErrParts, which has their
// indexes as details; damaged ones are removed, so that they can be made again.
func (a *Activities) Join(ctx context.Context, f flow.FilmTask) (flow.Result, error) {
	t := f.Task
	e := effort{settings: t.Settings, id: t.Job.ID, path: t.Job.Path, threads: 1}
	return attempt(ctx, a, e, func(ctx context.Context, b *beats) (flow.Result, error) {
		made, err := a.find(ctx, t)
		if err != nil {
			return flow.Result{}, err
		}
		if made != nil {
			return *made, nil
		}
		plan, err := a.openPlanned(ctx, f)
		if err != nil {
			return flow.Result{}, err
		}
		defer plan.Close()
		return a.join(ctx, b, f, plan)
	})
}

// join gets all parts and joins them.
func (a *Activities) join(ctx context.Context, b *beats, f flow.FilmTask, plan *api.FilmPlan) (flow.Result, error) {
	result := a.resultOf(ctx, f.Task)
	folder, err := os.MkdirTemp(a.Scratch, "film-")
	if err != nil {
		return result, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what stays is removed when the worker ends, or by the next one
	part := func(index int) string { return filepath.Join(folder, partName(index)) }
	if err := a.getParts(ctx, b, f, plan, part); err != nil {
		return result, err
	}
	file := filepath.Join(folder, "film"+path.Ext(f.Task.Job.Path))
	b.Wait(func() { err = plan.Join(ctx, file, part) }) // it has no advance to tell, and no renderer in it
	if err != nil {
		return result, a.damaged(ctx, f, err)
	}
	result.Frames = f.Plan.Frames
	result.Bytes, err = a.commit(ctx, b, f.Task, file, f.Plan.Frames)
	return result, err
}

// damaged turns the error of a join for a part into one that has it made again.
func (a *Activities) damaged(ctx context.Context, f flow.FilmTask, err error) error {
	part, ok := errors.AsType[*api.PartError](err)
	if !ok {
		return err
	}
	if err := depot.Remove(ctx, a.Bucket, partKey(f, part.Index)); err != nil {
		return err
	}
	return &partsError{indexes: []int{part.Index}, reason: err}
}

// transfers is how many parts are got at the same time. A store may take long to answer.
const transfers = 4

// getParts copies all parts to the disk, and checks them. Those that are missing or damaged are a
// *partsError.
func (a *Activities) getParts(
	ctx context.Context, b *beats, f flow.FilmTask, plan *api.FilmPlan, path func(index int) string,
) error {
	var mu sync.Mutex
	var missing partsError
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(transfers)
	for _, index := range indexesOf(f.Plan) {
		g.Go(func() error {
			reason, err := a.getPart(ctx, b, f, plan, index, path(index))
			if reason != nil {
				mu.Lock()
				defer mu.Unlock()
				missing.add(index, reason)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if len(missing.indexes) > 0 {
		slices.Sort(missing.indexes)
		return &missing
	}
	return nil
}

// indexesOf returns the indexes of all parts of a film.
func indexesOf(p flow.FilmPlan) (all []int) {
	if p.Sound {
		all = append(all, api.SoundPart)
	}
	for i := range p.Chunks {
		all = append(all, i)
	}
	return all
}

// getPart copies a part to the disk, and checks it. A reason says that it must be made again.
func (a *Activities) getPart(
	ctx context.Context, b *beats, f flow.FilmTask, plan *api.FilmPlan, index int, path string,
) (reason, err error) {
	key := partKey(f, index)
	_, err = depot.Get(ctx, a.Bucket, key, path, b.AddBytes)
	switch {
	case depot.IsMissing(err):
		return fmt.Errorf("part %s of the film is missing", partName(index)), nil
	case err != nil:
		return nil, err
	}
	err = plan.Check(index, path)
	if _, damaged := errors.AsType[*api.PartError](err); !damaged {
		return nil, err
	}
	a.Log.Warn("a part of a film is damaged, and is made again", "key", key, "error", err)
	return err, depot.Remove(ctx, a.Bucket, key)
}

// partsError says which parts of a film must be made again.
type partsError struct {
	indexes []int
	reason  error // of one of them
}

func (e *partsError) add(index int, reason error) {
	e.indexes = append(e.indexes, index)
	if e.reason == nil {
		e.reason = reason
	}
}

// Error says how many there are, and why one of them must be made again.
func (e *partsError) Error() string {
	if len(e.indexes) == 1 {
		return e.reason.Error()
	}
	return fmt.Sprintf("%d parts of the film cannot be used, as: %v", len(e.indexes), e.reason)
}

// Unwrap returns the reason.
func (e *partsError) Unwrap() error { return e.reason }

func isParts(err error) bool {
	_, is := errors.AsType[*partsError](err)
	return is
}

// partsAgain returns the error that has parts made again. It is no failure of the job.
func (a *Activities) partsAgain(err error) error {
	e, _ := errors.AsType[*partsError](err)
	return temporal.NewNonRetryableApplicationError(shortText(err), flow.ErrParts, nil, e.indexes)
}
