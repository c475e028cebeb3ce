package farm

import (
	"context"
	"errors"
	"iter"

	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/api"
)

// Run is a run of jobs on a farm. The server keeps it: it goes on without the program that started
// it. Any program can find it by its ID, at the same time, too. A Run has nothing to close, and
// its methods can be called by several goroutines. c must stay open while they are called.
type Run struct {
	client client.Client
	id     string
}

// Start hands jobs over to the server and returns when it has all of them.
func Start(ctx context.Context, c client.Client, jobs iter.Seq[Job], cfg RunConfig) (*Run, error) {
	return nil, errors.ErrUnsupported
}

// Find returns the run with this ID, which any program may have started, and which may have ended.
func Find(ctx context.Context, c client.Client, id string) (*Run, error) {
	return nil, errors.ErrUnsupported
}

// ID returns the name of the run; see Find.
func (r *Run) ID() string { return r.id }

// Progress returns how far the run has come.
func (r *Run) Progress(ctx context.Context) (Progress, error) {
	return Progress{}, errors.ErrUnsupported
}

// Wait waits until each job has ended.
func (r *Run) Wait(ctx context.Context) (api.Report, error) {
	return api.Report{}, errors.ErrUnsupported
}

// Cancel stops the run.
func (r *Run) Cancel(ctx context.Context) error { return errors.ErrUnsupported }
