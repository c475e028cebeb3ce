package farmtest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/internal/mediatest"
)

// The limits are far above what was measured: 10,000 jobs that wait cost workers nothing.
const (
	mostMemory  = 512 << 20 // of a worker and of the client
	mostHistory = 10 << 20  // of one workflow; the server warns from 10 MiB
	mostEvents  = 10_240    // of one workflow; the server warns from here
	startWithin = 10 * time.Second
)

// TestManyJobs starts a run of many tiny jobs before there is a worker.
func TestManyJobs(t *testing.T) {
	n := 1000
	if mediatest.Long(t) {
		n = 10_000
	}
	s := newSite(t)
	jobs := make([]farm.Job, n)
	for i := range jobs {
		id := fmt.Sprintf("tiny-%05d", i)
		jobs[i] = clip("clip", id, testjobs.Clip{Seed: i, Frames: 1, Size: 16, Codec: "mpeg4"})
		jobs[i].Path = fmt.Sprintf("tiny/%03d/%s.avi", i/100, id)
	}
	begin := time.Now()
	run := s.start(jobs, s.config("many"))
	started := time.Since(begin)
	t.Logf("Start of %d jobs took %v", n, started.Round(time.Millisecond))
	require.Less(t, started, startWithin)

	// The race detector needs several times the memory and the time.
	workers := []*process{s.workerOf(&workerProgram), s.workerOf(&workerProgram)}
	begin = time.Now()
	s.waitDone(run, jobs)
	took := time.Since(begin)
	t.Logf("%d jobs took %v on two workers, %v each", n, took.Round(time.Millisecond), took/time.Duration(n))
	s.requireBoundedHistories(run, n)
	s.requireBoundedMemory(workers)
	for _, w := range workers {
		require.NoError(t, w.terminate(t))
	}
	require.Len(t, s.begun(), n, "each job ran once")
	s.requireStore(jobs)
	s.requireScratch()
}

// requireBoundedHistories prints the sizes of the histories of all workflows of the run.
func (s *site) requireBoundedHistories(run *farm.Run, jobs int) {
	s.t.Helper()
	var events, bytes, count int64
	batches := jobs / 250
	await(s.t, "the server lists the run", func() bool { return len(s.workflows(run.ID())) > batches })
	for _, execution := range s.workflows(run.ID()) {
		d, err := s.client.DescribeWorkflowExecution(s.t.Context(),
			execution.Execution.WorkflowId, execution.Execution.RunId)
		require.NoError(s.t, err)
		info := d.WorkflowExecutionInfo
		events, bytes, count = max(events, info.HistoryLength), max(bytes, info.HistorySizeBytes), count+1
		if info.Execution.WorkflowId == run.ID() {
			s.t.Logf("history of the run: %d events, %d bytes", info.HistoryLength, info.HistorySizeBytes)
		}
	}
	s.t.Logf("%d workflows, whose histories have at most %d events and %d bytes", count, events, bytes)
	require.Less(s.t, events, int64(mostEvents))
	require.Less(s.t, bytes, int64(mostHistory))
}

// workflows returns those of a run of which the server's list knows, which can be late.
func (s *site) workflows(id string) []*workflowpb.WorkflowExecutionInfo {
	list, err := s.client.ListWorkflow(context.Background(), &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf("WorkflowId STARTS_WITH %q", id), PageSize: 1000,
	})
	if err != nil {
		return nil // the caller asks again
	}
	return list.Executions
}

// requireBoundedMemory prints what the processes have needed at most.
func (s *site) requireBoundedMemory(workers []*process) {
	s.t.Helper()
	for _, w := range workers {
		_, most := memory(s.t, w.pid())
		s.t.Logf("%s had at most %d MiB", w.name, most>>20)
		require.Less(s.t, most, int64(mostMemory))
	}
	now, most := memory(s.t, os.Getpid())
	runtime.GC()
	s.t.Logf("the client has %d MiB, and had at most %d MiB", now>>20, most>>20)
	require.Less(s.t, now, int64(mostMemory))
}
