package farm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// readersOfBatches is how many batches are asked for at the same time.
const readersOfBatches = 8

// Wait waits until each job of the run has ended, and returns what has become of them, in the order
// of the jobs. It returns at once for a run that has ended. It goes on waiting while no worker is
// there, while the server cannot be reached, and while Start has not handed over all jobs. Results
// have no Stats.
//
// The error is nil if the file of each job exists. It is an *api.RenderError if jobs have failed:
// errors.As finds the *api.ConfigError of a job, and IsPermanent knows an error that a renderer has
// marked. If the run was cancelled, the error wraps context.Canceled, and so do those of the jobs
// that had not ended. If the program that hands over the jobs has died, the error wraps
// ErrIncomplete. When ctx ends, the error wraps its cause, and the run goes on.
func (r *Run) Wait(ctx context.Context) (api.Report, error) {
	if _, err := r.describe(ctx); err != nil {
		return api.Report{}, err
	}
	end, cause, err := r.await(ctx)
	if err != nil {
		return api.Report{}, err
	}
	batches := make([][]api.JobResult, end.Fed.Batches)
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(readersOfBatches)
	for i := range batches {
		group.Go(func() (err error) {
			batches[i], err = r.results(inner, i, cause)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return api.Report{}, r.failed(ctx, "read its results", err)
	}
	report := api.Report{Results: make([]api.JobResult, 0, end.Fed.Jobs)}
	for _, results := range batches {
		report.Results = append(report.Results, results...)
	}
	return report, reportError(report, cause)
}

// ErrIncomplete is in the error of Run.Wait if the run has ended without the rest of its jobs:
// Start gave no sign of life for RunConfig.Handover. The report has the jobs that were handed over.
// A run of all jobs, with another ID and with Resume, makes what is missing.
var ErrIncomplete = errors.New("the run has ended without the rest of its jobs")

// await waits for the end of the run's workflow. cause is why it ended before all jobs, or nil.
func (r *Run) await(ctx context.Context) (end flow.RunEnd, cause, err error) {
	err = r.get(ctx, &end)
	if err == nil {
		return end, nil, nil
	}
	if ctx.Err() != nil {
		return end, nil, r.failed(ctx, "wait for it", err)
	}
	var details interface{ Details(...any) error }
	var cancelled *temporal.CanceledError
	var failed *temporal.ApplicationError
	switch {
	case errors.As(err, &cancelled) && cancelled.HasDetails():
		details, cause = cancelled, r.errorf("it was cancelled: %w", context.Canceled)
	case errors.As(err, &failed) && failed.Type() == flow.ErrUnfed:
		details, cause = failed, r.errorf("%w: %s", ErrIncomplete, failed.Message())
	case isTerminated(err):
		return end, nil, r.errorf("it was terminated by hand; Cancel stops what still goes on; " +
			"files that are complete stay")
	default:
		return end, nil, r.failed(ctx, "wait for it", explained(err))
	}
	if err := details.Details(&end); err != nil {
		return end, nil, r.failed(ctx, "wait for it", flow.Unreadable(err))
	}
	return end, cause, nil
}

func isTerminated(err error) bool {
	_, ok := errors.AsType[*temporal.TerminatedError](err)
	return ok
}

// explained returns the error of a call that waits for a workflow, with a reason if it is that the
// workflow's value cannot be decoded.
func explained(err error) error {
	var server serviceerror.ServiceError
	var workflow *temporal.WorkflowExecutionError
	if errors.As(err, &server) || errors.As(err, &workflow) {
		return err
	}
	return flow.Unreadable(err)
}

// get waits for the value of the run's workflow, also while the server cannot be reached.
func (r *Run) get(ctx context.Context, value any) error {
	const pause = time.Second
	for {
		err := r.client.GetWorkflow(ctx, r.id, "").Get(ctx, value)
		_, away := errors.AsType[*serviceerror.Unavailable](err)
		slow := isLate(err) && ctx.Err() == nil
		if !away && !slow {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// reportError returns the error of Wait. cause is why the run ended before all jobs, or nil.
func reportError(report api.Report, cause error) error {
	var failed []api.JobResult
	for _, result := range report.Results {
		if result.Err != nil && (cause == nil || !errors.Is(result.Err, cause)) {
			failed = append(failed, result)
		}
	}
	if len(failed) == 0 {
		return cause
	}
	return &api.RenderError{Failed: failed, Err: cause}
}

// jobResult returns a result as the caller gets it. cause is why the run ended before all jobs, or
// nil.
func jobResult(result flow.Result, cause error) api.JobResult {
	out := api.JobResult{
		ID: result.ID, Path: result.Path, Skipped: result.Skipped,
		Frames: result.Frames, Bytes: result.Bytes, Elapsed: result.Elapsed,
	}
	switch {
	case result.Stopped && errors.Is(cause, context.Canceled):
		out.Err = cause
	case result.Stopped:
		out.Err = fmt.Errorf("avloom: somebody has cancelled this job on Temporal's page: %w", context.Canceled)
	case result.Error != "":
		out.Err = jobError(result)
	}
	return out
}
