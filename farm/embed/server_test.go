package embed

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const queue = "test"

// start returns a server, and a client of it, that end with the test.
func start(t *testing.T, cfg Config) (*Server, client.Client) {
	t.Helper()
	cfg.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	server, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server, dial(t, server)
}

func dial(t *testing.T, server *Server) client.Client {
	t.Helper()
	c, err := server.Dial(t.Context())
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// twice is a workflow of two activities with a signal between them.
func twice(ctx workflow.Context, number int) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteActivity(ctx, double, number).Get(ctx, &number); err != nil {
		return 0, err
	}
	workflow.GetSignalChannel(ctx, "go").Receive(ctx, nil)
	err := workflow.ExecuteActivity(ctx, double, number).Get(ctx, &number)
	return number, err
}

func double(_ context.Context, number int) (int, error) { return 2 * number, nil }

// work has a worker until the end of the test.
func work(t *testing.T, c client.Client) worker.Worker {
	t.Helper()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(twice)
	w.RegisterActivity(double)
	require.NoError(t, w.Start())
	return w
}

// begin starts the workflow and returns when it waits for the signal.
func begin(t *testing.T, c client.Client, id string) {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue}, twice, 3)
	require.NoError(t, err)
	events := c.GetWorkflowHistory(t.Context(), id, run.GetRunID(), true, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for decided := 0; decided < 2; {
		event, err := events.Next()
		require.NoError(t, err)
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			decided++
		}
	}
}

// finish lets the workflow go on and checks what it returns.
func finish(t *testing.T, c client.Client, id string) {
	t.Helper()
	require.NoError(t, c.SignalWorkflow(t.Context(), id, "", "go", nil))
	var result int
	require.NoError(t, c.GetWorkflow(t.Context(), id, "").Get(t.Context(), &result))
	require.Equal(t, 12, result)
}

func TestServerInMemory(t *testing.T) {
	_, c := start(t, Config{})
	w := work(t, c)
	defer w.Stop()
	begin(t, c, "one")
	finish(t, c, "one")
}

// A server that starts on a file goes on with what another one left there.
func TestServerGoesOnFromFile(t *testing.T) {
	cfg := Config{File: filepath.Join(t.TempDir(), "a farm?#100%.db"), Namespace: "films"}
	first, c := start(t, cfg)
	w := work(t, c)
	begin(t, c, "one")
	w.Stop()
	require.NoError(t, first.Stop())

	_, c = start(t, cfg)
	w = work(t, c)
	defer w.Stop()
	finish(t, c, "one")
}

func TestServersDoNotShareFileOrPort(t *testing.T) {
	cfg := Config{File: filepath.Join(t.TempDir(), "farm.db")}
	first, _ := start(t, cfg)
	_, err := Start(t.Context(), cfg)
	require.ErrorContains(t, err, "farm.db: another server uses it (process "+strconv.Itoa(os.Getpid())+")")
	_, err = Start(t.Context(), Config{Address: first.Address()})
	require.EqualError(t, err, "start a server: listen tcp "+first.Address()+": bind: address already in use")
}
