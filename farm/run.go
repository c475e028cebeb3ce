package farm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// Run is a run of jobs on a farm. The server keeps it: it goes on without the program that started
// it, and any program can find it by its ID, several at the same time, too. There is nothing to
// close. Several goroutines may call its methods, while the client is open.
type Run struct {
	client client.Client
	id     string
}

// Find returns the run with this ID, whoever started it. It may have ended: the server knows a run
// until its namespace's retention is over.
func Find(ctx context.Context, c client.Client, id string) (*Run, error) {
	if c == nil {
		return nil, errNoClient
	}
	r := &Run{client: c, id: id}
	if _, err := r.describe(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

var errNoClient = &api.ConfigError{Field: "client", Reason: "must not be nil; Dial connects with a server"}

// ID returns the name of the run, with which Find finds it.
func (r *Run) ID() string { return r.id }

// known is what the server knows of a run by itself.
type known struct {
	*workflowpb.WorkflowExecutionInfo
	cancelled bool // somebody has asked for it
}

// describe asks the server for the run.
func (r *Run) describe(ctx context.Context) (known, error) {
	const help = "the server knows no run of this ID; it forgets runs some time after their end"
	if r.id == "" || strings.Contains(r.id, "/") {
		return known{}, r.errorf(help)
	}
	described, err := r.client.DescribeWorkflowExecution(ctx, r.id, "")
	switch {
	case isNotFound(err):
		return known{}, r.errorf(help)
	case err != nil:
		return known{}, r.failed(ctx, "ask the server for it", err)
	}
	info := described.GetWorkflowExecutionInfo()
	if name := info.GetType().GetName(); name != flow.RunWorkflow {
		return known{}, r.errorf("the workflow of this ID is no run, but %s", name)
	}
	return known{info, described.GetWorkflowExtendedInfo().GetCancelRequested()}, nil
}

// isOpen reports whether a run goes on.
func (k known) isOpen() bool {
	return k.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// errorf returns an error about the run.
func (r *Run) errorf(format string, args ...any) error {
	return fmt.Errorf("avloom: run %q: %w", r.id, fmt.Errorf(format, args...))
}

// failed returns the error of a call to the server. If ctx has ended, the cause of that is in it.
func (r *Run) failed(ctx context.Context, act string, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r.errorf("%s: %w", act, err)
}

func isNotFound(err error) bool {
	_, ok := errors.AsType[*serviceerror.NotFound](err)
	return ok
}
