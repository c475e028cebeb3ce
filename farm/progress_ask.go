package farm

import (
	"context"

	enumspb "go.temporal.io/api/enums/v1"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/farm/internal/flow"
)

// query asks a workflow something. A worker answers.
func (r *Run) query(ctx context.Context, id, query string, value any) error {
	answer, err := r.client.QueryWorkflow(ctx, id, "", query)
	if err != nil {
		return err
	}
	if err := answer.Get(value); err != nil {
		return flow.Unreadable(err)
	}
	return nil
}

// openJobs is what is known of the jobs of batches that have not ended.
type openJobs struct {
	counts  flow.Counts // of those that have ended
	running int
	frames  int64   // of those that have not ended
	parts   float64 // of films, in jobs
}

func (o *openJobs) add(p openJobs) {
	o.counts.AddAll(p.counts)
	o.running += p.running
	o.frames += p.frames
	o.parts += p.parts
}

// askBatches asks batches that have leave to begin.
func (r *Run) askBatches(ctx context.Context, batches []int) (all openJobs, err error) {
	answers := make([]openJobs, len(batches))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(readersOfBatches)
	for i, batch := range batches {
		group.Go(func() (err error) {
			answers[i], err = r.askBatch(inner, flow.BatchID(r.id, batch))
			return err
		})
	}
	err = group.Wait()
	for _, answer := range answers {
		all.add(answer)
	}
	return all, err
}

func (r *Run) askBatch(ctx context.Context, id string) (all openJobs, err error) {
	var known flow.BatchProgress
	if err := r.query(ctx, id, flow.ProgressQuery, &known); err != nil {
		return all, err
	}
	all.counts = known.Counts
	if err := r.addPending(ctx, id, &all); err != nil {
		return all, err
	}
	for _, film := range known.Films {
		if err := r.askFilm(ctx, film, &all); err != nil {
			return all, err
		}
	}
	return all, nil
}

// askFilm adds what is known of a film.
func (r *Run) askFilm(ctx context.Context, id string, all *openJobs) error {
	var film flow.FilmProgress
	var pending openJobs
	err := r.query(ctx, id, flow.ProgressQuery, &film)
	if err == nil {
		err = r.addPending(ctx, id, &pending)
	}
	if isNotFound(err) {
		return nil // it has not begun
	}
	pending.frames += film.Frames
	if film.Total > 0 {
		pending.parts = min(1, float64(pending.frames)/float64(film.Total))
	}
	all.add(pending)
	return err
}

// addPending adds the tasks of a workflow on which workers work.
func (r *Run) addPending(ctx context.Context, id string, all *openJobs) error {
	described, err := r.client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return err
	}
	for _, task := range described.GetPendingActivities() {
		if task.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
			continue // it waits for a worker
		}
		all.running++
		if beat, err := flow.DecodeBeat(task.GetHeartbeatDetails()); err == nil {
			all.frames += beat.Frames
		}
	}
	return nil
}
