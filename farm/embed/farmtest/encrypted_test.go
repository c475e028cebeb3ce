package farmtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// memoEncrypted has Temporal's SDK encrypt the memos of workflows, too, as versions of it after the
// one of go.mod do.
const memoEncrypted = "TEMPORAL_SDK_FLAG_7=1"

// secret is in the ID, the path and the parameters of each job, and so in many errors.
const secret = "nobody-may-read-this"

// secretJobs returns clips that are made, one of which fails at first, two that fail, and a film.
// made are those with a file, with renderers that do not fail.
func secretJobs() (jobs, made []farm.Job) {
	made = append(clips(260, 1, 0), film("film", "mkv", testjobs.Film{Frames: 24, Chunk: 8, Codec: "libx264"}))
	made = append(made, clip("clip", "flaky", testjobs.Clip{Times: 1}))
	for i := range made {
		hide(&made[i])
	}
	jobs = slices.Clone(made)
	jobs[len(jobs)-1].Renderer = "flaky"
	for _, name := range []string{"fails", "wrong"} {
		job := clip(name, name, testjobs.Clip{})
		hide(&job)
		jobs = append(jobs, job)
	}
	return jobs, made
}

func hide(job *farm.Job) {
	job.ID, job.Path = secret+job.ID, secret+"/"+job.Path
	job.Params = bytes.Replace(job.Params, []byte("{"), []byte(`{"Secret":"`+secret+`",`), 1)
}

// TestEncrypted makes a run whose clients and workers encrypt all that the server gets. A program
// that is killed in Start is followed by another one.
func TestEncrypted(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, shared.get(t), "password")
	jobs, made := secretJobs()
	cfg := s.config("encrypted")
	child := s.pausedClient(childClient{Config: cfg, Jobs: jobs, Pause: 255})
	worker := s.worker("-jobs", "4")
	s.awaitBegun("clip-", 20)
	child.kill()

	run := s.start(jobs, cfg)
	report, err := s.wait(run)
	requireFaults(t, report, err, jobs)
	s.requireDone(run, len(made), 2)
	s.requireBegun("fails", 3)
	s.requireBegun("flaky", 2)
	s.requireBegun("wrong", 1)
	s.start(jobs, cfg)
	_, err = farm.Find(t.Context(), s.client, cfg.ID)
	require.NoError(t, err)
	s.requireOthersRefused(jobs, cfg)
	changed := cfg
	changed.Threads = 2
	_, err = farm.Start(t.Context(), s.client, slices.Values(jobs), changed)
	require.ErrorContains(t, err, "another RunConfig")
	require.ErrorContains(t, err, "Threads:1")
	s.requireSecret(run)
	require.NoError(t, worker.terminate(t))
	s.requireStore(made)
}

// requireBegun checks how often a job has begun.
func (s *site) requireBegun(id string, times int) {
	s.t.Helper()
	begun := 0
	for _, start := range s.begun() {
		if start.ID == id {
			begun++
		}
	}
	require.Equal(s.t, times, begun, id)
}

func requireFaults(t *testing.T, report api.Report, err error, jobs []farm.Job) {
	t.Helper()
	requireResults(t, jobs, report)
	var render *api.RenderError
	require.ErrorAs(t, err, &render)
	require.Len(t, render.Failed, 2)
	require.ErrorContains(t, render.Failed[0].Err, "no data for this job")
	var config *api.ConfigError
	require.ErrorAs(t, render.Failed[1].Err, &config)
	require.Equal(t, "FrameRate", config.Field)
}

func (s *site) requireDone(run *farm.Run, done, failed int) {
	s.t.Helper()
	p, err := run.Progress(s.t.Context())
	require.NoError(s.t, err)
	require.True(s.t, p.Ended)
	require.Equal(s.t, [2]int{done, failed}, [2]int{p.Done, p.Failed})
}

// TestEncryptedProgress asks how far an encrypted run is, and cancels it.
func TestEncryptedProgress(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, shared.get(t), "password")
	s.worker("-jobs", "4")
	jobs := []farm.Job{
		clip("clip", "long", testjobs.Clip{Frames: 3000, Delay: 50 * time.Millisecond}),
		film("film", "mkv", testjobs.Film{Frames: 3000, Chunk: 3000, Codec: "libx264", Delay: 50 * time.Millisecond}),
	}
	run := s.start(jobs, s.config("encrypted"))
	await(t, "progress tells of frames of jobs that have not ended", func() bool {
		p, err := run.Progress(t.Context())
		return err == nil && p.Running == 2 && p.Frames > 60 && p.Done == 0
	})
	plain, err := dial(t.Context(), s.server.address, "")
	require.NoError(t, err)
	defer plain.Close()
	found, err := farm.Find(t.Context(), plain, run.ID())
	require.NoError(t, err)
	_, err = found.Progress(t.Context())
	require.ErrorContains(t, err, needsKey)
	require.NotErrorIs(t, err, farm.ErrNoWorker)
	require.NoError(t, found.Cancel(t.Context())) // nothing is read for that
	report, err := s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
	requireResults(t, jobs, report)
	s.awaitIdle()
}

// TestEncryptedTerminated terminates a batch whose results nobody can read but its workers.
func TestEncryptedTerminated(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, shared.get(t), "password")
	a := act(t, s)
	jobs := slices.Concat(acted(2, "hold"), acted(300, "clip"))
	cfg := s.config("terminated")
	run := s.start(jobs, cfg)
	await(t, "all clips are made", func() bool {
		p, err := run.Progress(t.Context())
		return err == nil && p.Done == 300 && p.Running == 2
	})
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), flow.BatchID(cfg.ID, 0), "", "a test"))
	require.NoError(t, run.Cancel(t.Context()))
	report, err := s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
	requireResults(t, jobs, report)
	require.Len(t, slices.DeleteFunc(report.Results, func(r api.JobResult) bool { return r.Err != nil }), 300)
	await(t, "nothing runs", func() bool { return a.held.Load() == 0 })
}

// requireSecret reads all that the server has of a run.
func (s *site) requireSecret(run *farm.Run) {
	s.t.Helper()
	ctx := s.t.Context()
	plain, err := dial(ctx, s.server.address, "")
	require.NoError(s.t, err)
	defer plain.Close()
	query := fmt.Sprintf("WorkflowId STARTS_WITH %q", run.ID())
	var found []string
	await(s.t, "the run, two batches and the film are listed", func() bool {
		list, err := plain.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		require.NoError(s.t, err)
		found = nil
		for _, workflow := range list.GetExecutions() {
			found = append(found, workflow.GetExecution().GetWorkflowId())
		}
		return len(found) >= 4
	})
	for _, id := range found {
		described, err := plain.DescribeWorkflowExecution(ctx, id, "")
		require.NoError(s.t, err)
		s.requireWithout(id, described, secret)
		size := 0
		events := plain.GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(s.t, err)
			s.requireWithout(id, event, secret)
			size += proto.Size(event)
		}
		require.NotZero(s.t, size)
	}
}

func (s *site) requireWithout(id string, message proto.Message, text string) {
	s.t.Helper()
	wire, err := proto.Marshal(message)
	require.NoError(s.t, err)
	if bytes.Contains(wire, []byte(text)) {
		shown, _ := json.Marshal(message)
		require.Fail(s.t, id+" has it in plain", "%.2000s", shown)
	}
}
