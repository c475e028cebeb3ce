package farmtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// idleWithin is how long after Cancel workers may still draw. The test has its clock in the log of
// the workers, so that a slow test does not count.
const idleWithin = 5 * time.Second

// TestCancel cancels a run of clips and a film in the middle.
func TestCancel(t *testing.T) {
	s := newSite(t)
	workers := []*process{s.worker(), s.worker(), s.worker()}
	done := clips(4, 2, 0)
	long := []farm.Job{
		film("long", "mkv", testjobs.Film{
			Frames: 3000, Chunk: 100, Codec: "libx264", Sound: true, Delay: 100 * time.Millisecond,
		}),
	}
	for _, id := range []string{"a", "b", "c"} {
		c := testjobs.Clip{Frames: 3000, Delay: 100 * time.Millisecond}
		long = append(long, clip("clip", "long-"+id, c))
	}
	jobs := slices.Concat(done, long, clips(300, 20, 200*time.Millisecond)[4:])
	run := s.start(jobs, s.config("cancel"))
	s.awaitBegun("long", 4)
	cancelled := time.Now()
	require.NoError(t, run.Cancel(t.Context()))
	report, err := s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
	requireResults(t, jobs, report)

	for _, w := range workers {
		require.False(t, w.hasEnded(), "cancelling a run leaves workers alone")
	}
	last := s.awaitIdle()
	t.Log("the last renderer ended ", last.Sub(cancelled), " after Cancel")
	require.Less(t, last.Sub(cancelled), idleWithin)
	s.requireNothingPending(run)
	s.requireWhole(report.Results, jobs)

	more := clips(6, 2, 0) // the workers have room for another run
	for i := range more {
		more[i].Path = "more/" + more[i].Path
	}
	s.waitDone(s.start(more, s.config("more")), more)
	for _, w := range workers {
		require.NoError(t, w.terminate(t))
	}
	s.requireScratch()
}

// awaitIdle waits until all renderers have ended, and returns when the last one did.
func (s *site) awaitIdle() (last time.Time) {
	s.t.Helper()
	await(s.t, "all renderers end", func() bool {
		starts, err := testjobs.ReadStarts(s.starts)
		if err != nil {
			return false
		}
		for _, start := range starts {
			if start.End.IsZero() {
				return false
			}
			if start.End.After(last) {
				last = start.End
			}
		}
		return true
	})
	return last
}

// requireNothingPending checks that no workflow of the run goes on.
func (s *site) requireNothingPending(run *farm.Run) {
	s.t.Helper()
	query := fmt.Sprintf("WorkflowId STARTS_WITH %q AND ExecutionStatus = 'Running'", run.ID())
	await(s.t, "no workflow is running", func() bool {
		list, err := s.client.ListWorkflow(context.Background(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		return err == nil && len(list.Executions) == 0
	})
}

// requireWhole checks that each file that is in the store is whole, that each job which is reported
// as done has its file, and that nothing else lies there.
func (s *site) requireWhole(results []api.JobResult, jobs []farm.Job) {
	s.t.Helper()
	objects := s.objects()
	for _, result := range results {
		if result.Err == nil {
			require.Contains(s.t, objects, result.Path)
		}
	}
	var there []farm.Job
	for _, job := range jobs {
		if objects[job.Path] != nil {
			there = append(there, job)
		}
	}
	require.NotEmpty(s.t, there)
	require.Less(s.t, len(there), len(jobs))
	s.requireStore(there)
}
