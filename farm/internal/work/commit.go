package work

import (
	"context"

	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// commit puts the finished file of a job into the store, if the job is still this worker's. It
// returns the size of the file that is there then, which an attempt on another worker may have
// made.
func (a *Activities) commit(ctx context.Context, b *beats, t flow.Task, path string, frames int64) (int64, error) {
	if err := b.Ours(ctx); err != nil {
		return 0, err
	}
	owner := ownerOf(t)
	owner.Frames = frames
	return depot.Put(ctx, a.Bucket, t.Job.Path, path, owner, b.AddBytes)
}
