package farm

import (
	"context"
	"errors"
	"fmt"
	"sync"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/farm/internal/flow"
)

// feeder hands the jobs of a run to the server: each batch as a workflow of its own, and to the run
// how many batches there are. The batches wait until the run lets them begin.
type feeder struct {
	run      *Run
	settings flow.Settings
	takenUp  bool // the run was there before
	over     bool // the run had ended before: nothing is handed over, the jobs are compared

	mu      sync.Mutex
	ours    bool             // this call has begun the run, or a batch of it
	begun   map[int]struct{} // batches that this call has begun, and that the run does not know
	waiting map[int]int      // batches of which the run does not know, and how many jobs they have
	fed     flow.Fed         // what the run knows
}

func newFeeder(c client.Client, settings flow.Settings) *feeder {
	return &feeder{
		run: &Run{client: c, id: settings.Run}, settings: settings,
		begun: map[int]struct{}{}, waiting: map[int]int{},
	}
}

// otherRunError says that the run of an ID is another one than Start was to start.
type otherRunError struct{ error }

func (e *otherRunError) Unwrap() error { return e.error }

func (f *feeder) other(format string, args ...any) error {
	return &otherRunError{f.run.errorf(format, args...)}
}

// options returns those with which a workflow starts that no other one of its ID replaces. Others
// read note with flow.ReadNote.
func (f *feeder) options(id string, note any) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: id, TaskQueue: f.settings.Queue, StaticDetails: flow.Note(note),
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
}

func isAlreadyStarted(err error) bool {
	_, ok := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err)
	return ok
}

// begin starts the run, or takes it up.
func (f *feeder) begin(ctx context.Context) error {
	options := f.options(f.settings.Run, f.settings)
	_, err := f.run.client.ExecuteWorkflow(ctx, options, flow.RunWorkflow, flow.RunState{Settings: f.settings})
	switch {
	case err == nil:
		f.ours = true
		return nil
	case isAlreadyStarted(err):
		f.takenUp = true
		f.over, err = f.takeUp(ctx)
		return err
	default:
		return f.run.failed(ctx, "start it", err)
	}
}

// takeUp checks that the run is the one that Start was to start. over says that it is complete.
func (f *feeder) takeUp(ctx context.Context) (over bool, err error) {
	info, err := f.run.describe(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case info.isOpen():
	case info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		over = true
	default:
		return false, f.other("it %s; start one with another ID, and with Resume, to make what is missing",
			statusText(info.GetStatus()))
	}
	var settings flow.Settings
	err = flow.ReadNote(ctx, f.run.client, f.run.id, info.GetFirstRunId(), &settings)
	switch {
	case isNotFound(err): // a long run: the server has forgotten its beginning, and compare finds out
		return over, nil
	case err != nil:
		return over, f.run.failed(ctx, "read its settings", err)
	case settings != f.settings:
		return over, f.other("a run of this ID was started with another RunConfig: %+v", settings)
	default:
		return over, nil
	}
}

// statusText says how a run has ended.
func statusText(status enumspb.WorkflowExecutionStatus) string {
	switch status {
	case enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return "was cancelled"
	case enumspb.WORKFLOW_EXECUTION_STATUS_FAILED:
		return "ended without the rest of its jobs, because Start gave no sign of life for too long"
	case enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		return "was terminated by hand"
	default:
		return fmt.Sprintf("was ended by the server (%s)", status)
	}
}

// feed hands over a batch, unless the server has it.
func (f *feeder) feed(ctx context.Context, b batch) error {
	there := f.over
	if !there {
		var err error
		if there, err = f.start(ctx, b); err != nil {
			return f.run.failed(ctx, "hand over jobs", err)
		}
	}
	if there {
		if err := f.compare(ctx, flow.BatchID(f.settings.Run, b.index), b.hash); err != nil {
			return err
		}
	}
	return f.tell(ctx, b)
}

// start starts the workflow of a batch. there says that the server has it already.
func (f *feeder) start(ctx context.Context, b batch) (there bool, err error) {
	input := flow.Batch{Settings: f.settings, Index: b.index, Jobs: b.jobs}
	f.note(b.index, true) // before the call, which may end without an answer
	options := f.options(flow.BatchID(f.settings.Run, b.index), flow.BatchNote{Jobs: len(b.jobs), Hash: b.hash})
	_, err = f.run.client.ExecuteWorkflow(ctx, options, flow.BatchWorkflow, input)
	if isAlreadyStarted(err) {
		f.note(b.index, false)
		return true, nil
	}
	return false, err
}

// note notes whether this call begins a batch.
func (f *feeder) note(batch int, begun bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if begun {
		f.begun[batch] = struct{}{}
	} else {
		delete(f.begun, batch)
	}
}

// compare checks that the batch that the server has is this one.
func (f *feeder) compare(ctx context.Context, id, hash string) error {
	var note flow.BatchNote
	err := flow.ReadNote(ctx, f.run.client, id, "", &note)
	switch {
	case isNotFound(err), err == nil && note.Hash != hash:
		return f.other("a run of this ID has other jobs")
	case err != nil:
		return f.run.failed(ctx, "compare its jobs", err)
	default:
		return nil
	}
}

// tell tells the run which batches are there, from the first one on without a gap.
func (f *feeder) tell(ctx context.Context, b batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting[b.index] = len(b.jobs)
	fed := f.fed
	for jobs, ok := f.waiting[fed.Batches]; ok; jobs, ok = f.waiting[fed.Batches] {
		fed.Batches++
		fed.Jobs += jobs
	}
	return f.signal(ctx, fed)
}

// complete tells the run that it has all of its n batches.
func (f *feeder) complete(ctx context.Context, n int) error {
	if n == 0 && f.takenUp {
		_, err := f.run.client.DescribeWorkflowExecution(ctx, flow.BatchID(f.settings.Run, 0), "")
		switch {
		case err == nil:
			return f.other("a run of this ID has other jobs")
		case !isNotFound(err):
			return f.run.failed(ctx, "compare its jobs", err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	fed := f.fed
	fed.Complete = true
	return f.signal(ctx, fed)
}

// signal tells the run what it has, and notes that it knows. The caller holds the mutex.
func (f *feeder) signal(ctx context.Context, fed flow.Fed) error {
	if fed == f.fed {
		return nil
	}
	if !f.over {
		err := f.run.client.SignalWorkflow(ctx, f.settings.Run, "", flow.FedSignal, fed)
		if isNotFound(err) { // it has ended meanwhile
			_, err = f.takeUp(ctx)
			return err
		}
		if err != nil {
			return f.run.failed(ctx, "hand over jobs", err)
		}
	}
	for ; f.fed.Batches < fed.Batches; f.fed.Batches++ {
		_, begun := f.begun[f.fed.Batches]
		f.ours = f.ours || begun
		delete(f.begun, f.fed.Batches)
		delete(f.waiting, f.fed.Batches)
	}
	f.fed = fed
	return nil
}
