package farm

import (
	"context"
	"errors"
	"time"

	"github.com/avloom/avloom/farm/internal/flow"
)

// Progress says how far a run has come.
type Progress struct {
	// Jobs is how many jobs the server has until now.
	Jobs int
	// Complete says that these are all: Start has come to the end of the jobs.
	Complete bool
	// Silence is how long ago Start gave its last sign of life, of a run that is not Complete. Start
	// gives one each minute: after more, its program has died, or is cut off. Start it again with the
	// same jobs, or cancel the run, which otherwise ends after RunConfig.Handover.
	Silence time.Duration
	// Ended says that no job is made any more. Wait does not wait.
	Ended bool
	// Done jobs have made their file. Failed jobs are not tried again. Skipped jobs had a file
	// (RunConfig.Resume). Stopped jobs had not ended when the run was cancelled.
	Done, Failed, Skipped, Stopped int
	// Running is on how many clips and parts of films workers work now.
	Running int
	// Frames is how many video frames are encoded, those of jobs that have not ended, too.
	Frames int64
	// Elapsed is how long ago the first worker took up the run, or how long the run took from then
	// on. The time in which the run waited for that worker does not count.
	Elapsed time.Duration
	// Left is about how much longer it takes, if the rest of the jobs is like those that have
	// ended. 0: nobody knows, or the run has ended.
	Left time.Duration
}

// patience is how long Progress waits for a worker's answer.
const patience = 10 * time.Second

var errNoAnswer = errors.New("the server has not answered in time")

// Progress returns how far the run has come. Of a run that goes on, a worker answers: the error
// wraps ErrNoWorker if none is there, or none answers within ten seconds, and says what becomes of
// the run. Each call costs the server a few questions; a call each second is fine.
func (r *Run) Progress(ctx context.Context) (Progress, error) {
	ctx, stop := context.WithTimeoutCause(ctx, 2*patience, errNoAnswer)
	defer stop()
	k, err := r.describe(ctx)
	if err != nil {
		return Progress{}, err
	}
	if k.isOpen() {
		return r.ask(ctx, k)
	}
	end, _, err := r.await(ctx)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Jobs: end.Fed.Jobs, Complete: end.Fed.Complete, Ended: true, Elapsed: end.Took}
	p.add(end.Counts)
	return p, nil
}

// ask asks the workflows of a run that goes on.
func (r *Run) ask(ctx context.Context, k known) (Progress, error) {
	workers, err := r.workers(ctx, k)
	if err != nil {
		return Progress{}, err
	}
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var told flow.RunProgress
	err = r.query(bounded, r.id, flow.ProgressQuery, &told)
	p := Progress{Jobs: told.Fed.Jobs, Complete: told.Fed.Complete, Elapsed: time.Since(told.Began)}
	if !p.Complete && !told.Heard.IsZero() {
		p.Silence = max(0, time.Since(told.Heard))
	}
	p.add(told.Counts)
	var open openJobs
	if err == nil {
		open, err = r.askBatches(bounded, told.Open)
	}
	if err != nil {
		return Progress{}, r.unanswered(ctx, k, workers, err)
	}
	p.add(open.counts)
	p.Running, p.Frames = open.running, p.Frames+open.frames
	p.estimate(open.parts)
	return p, nil
}

func (p *Progress) add(c flow.Counts) {
	p.Done += c.Done
	p.Failed += c.Failed
	p.Skipped += c.Skipped
	p.Stopped += c.Stopped
	p.Frames += c.Frames
}

// estimate sets Left. parts is how much of films is made, in jobs.
func (p *Progress) estimate(parts float64) {
	made := float64(p.Done+p.Failed) + parts
	rest := float64(p.Jobs-p.Done-p.Failed-p.Skipped-p.Stopped) - parts
	if p.Complete && made > 0 && rest > 0 {
		p.Left = time.Duration(float64(p.Elapsed) / made * rest)
	}
}
