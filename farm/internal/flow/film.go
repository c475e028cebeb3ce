package flow

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// maxRounds is how often a film's parts are made again because Join found that some are missing or
// damaged. A store that loses parts each time fails the film.
const maxRounds = 3

// RunFilm makes the parts of a film, has them joined, and removes them, however it ends. When no
// worker of the build that planned the film is there any more, another build plans and makes it.
func RunFilm(ctx workflow.Context, in FilmState) (result Result, err error) {
	f := newFilm(ctx, in)
	progress := func() (FilmProgress, error) { return FilmProgress{Frames: f.Frames, Total: f.Plan.Frames}, nil }
	if err := workflow.SetQueryHandler(ctx, ProgressQuery, progress); err != nil {
		return Result{}, err
	}
	result, err = f.run(ctx)
	if errors.Is(err, errContinue) {
		return Result{}, workflow.NewContinueAsNewError(ctx, FilmWorkflow, f.FilmState)
	}
	sweep(ctx, f.task())
	result.Elapsed = workflow.Now(ctx).Sub(f.Began)
	return result, err
}

var (
	errContinue = errors.New("the history is long")
	errGone     = errors.New("no worker of the film's build is there")
)

// film is the workflow of a film.
type film struct {
	FilmState
	ended int // parts and joins in this run of the workflow
}

func newFilm(ctx workflow.Context, in FilmState) *film {
	f := &film{FilmState: in}
	if f.Began.IsZero() {
		f.Began = workflow.Now(ctx)
		f.begin(in.Plan)
	}
	return f
}

// begin begins with the first part of a plan.
func (f *film) begin(plan FilmPlan) {
	f.Plan, f.Next, f.Frames, f.Redo = plan, 0, 0, nil
	if plan.Sound {
		f.Redo = []int{SoundPart}
	}
}

func (f *film) task() FilmTask { return FilmTask{Task: f.Task, Plan: f.Plan} }

// run makes the film.
func (f *film) run(ctx workflow.Context) (result Result, err error) {
	for {
		err = f.watched(ctx, func(ctx workflow.Context) (err error) {
			if err = f.makeParts(ctx); err == nil {
				result, err = f.join(ctx)
			}
			return err
		})
		switch parts, damaged := damagedParts(err); {
		case errors.Is(err, errGone):
			made, err := f.planAgain(ctx)
			if made != nil || err != nil {
				return value(made), err
			}
		case damaged && f.Rounds < maxRounds:
			f.Rounds++
			f.Redo = parts
		default:
			return result, err
		}
	}
}

func value(result *Result) Result {
	if result == nil {
		return Result{}
	}
	return *result
}

// join has the parts joined by a worker.
func (f *film) join(ctx workflow.Context) (result Result, err error) {
	options := activityOptions(f.Task.Settings, BuildQueue(f.Task.Settings.Queue, f.Plan.Build), sooner)
	options.Summary = summary(f.Task.Job)
	err = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), JoinActivity, f.task()).Get(ctx, &result)
	f.ended++
	return result, err
}

// planAgain has the film planned by any worker. If its build makes other parts, those that are made
// are removed, and all are made anew. If the film has been completed meanwhile, the result says so.
func (f *film) planAgain(ctx workflow.Context) (*Result, error) {
	made, err := plan(ctx, f.Task, sooner)
	switch {
	case err != nil:
		return nil, err
	case made.Result != nil:
		return made.Result, nil
	case made.Film == nil:
		return nil, errNothingMade
	}
	if old := f.task(); *made.Film != f.Plan {
		f.begin(*made.Film)
		sweep(ctx, old)
	}
	return nil, nil
}

// sweep has the parts of a plan removed, also when the film is cancelled. The caller waits for it,
// so that no part is there when the run has ended.
func sweep(ctx workflow.Context, task FilmTask) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	options := activityOptions(task.Task.Settings, task.Task.Settings.Queue, sooner)
	options.Summary = summary(task.Task.Job)
	options.ScheduleToCloseTimeout = sweepPatience
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), SweepActivity, task).Get(ctx, nil)
	if err != nil {
		workflow.GetLogger(ctx).Warn("avloom: parts of a film were left in the store", "film", task.Task.Job.ID, "error", err)
	}
}

// damagedParts returns the parts which Join found missing or damaged.
func damagedParts(err error) (parts []int, damaged bool) {
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	if !ok || app.Type() != ErrParts || app.Details(&parts) != nil || len(parts) == 0 {
		return nil, false
	}
	slices.Sort(parts)
	return slices.Compact(parts), true
}
