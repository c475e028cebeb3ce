package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/client"
)

// BatchNote is what clients and workers read about a batch without its jobs.
type BatchNote struct {
	Jobs int
	Hash string // of the jobs
}

// Note returns the details of a workflow that a client starts: Settings of a run, a BatchNote of a
// batch. The SDK reads them with the client's own data converter, which may decrypt them. It does
// not do so with a memo.
func Note(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // both types can be marshalled
	}
	return string(text)
}

// Describer is a client.Client.
type Describer interface {
	DescribeWorkflow(ctx context.Context, workflowID, runID string) (*client.WorkflowExecutionDescription, error)
}

// ReadNote reads what Note has written into a workflow's details.
func ReadNote(ctx context.Context, c Describer, workflowID, runID string, v any) error {
	described, err := c.DescribeWorkflow(ctx, workflowID, runID)
	if err != nil {
		return err
	}
	text, err := described.GetStaticDetails()
	switch {
	case err != nil:
		return Unreadable(err)
	case text == "":
		return errNoNote
	default:
		return json.Unmarshal([]byte(text), v)
	}
}

var errNoNote = errors.New("the server keeps no details of workflows; a newer server does")

// UnreadableError is that of a client that cannot decode what another one, or a worker, has
// written.
type UnreadableError struct{ err error }

// Unreadable returns an *UnreadableError.
func Unreadable(err error) error { return &UnreadableError{err} }

// Error says what is needed to read it.
func (e *UnreadableError) Error() string {
	return fmt.Sprintf("this program's client cannot read it; all clients and workers of a run need the same data "+
		"converter, with the same key (client.Options.DataConverter): %v", e.err)
}

// Unwrap returns what the data converter said.
func (e *UnreadableError) Unwrap() error { return e.err }
