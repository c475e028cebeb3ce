package work

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"gocloud.dev/blob"

	"github.com/avloom/avloom/farm/internal/flow"
)

var errNoFilm = serviceerror.NewNotFound("no such workflow")

// filmState is an answer of the server about the workflow of a film.
type filmState struct {
	status  enumspb.WorkflowExecutionStatus
	pending []string // activities
	err     error
}

// filmServer answers what the activities of a film ask a server.
type filmServer struct {
	client.Client
	isGone func() bool // the attempt is; nil: it never is

	mu     sync.Mutex
	states []filmState // the last one stays
	asked  int         // how often
}

func (s *filmServer) WorkflowService() workflowservice.WorkflowServiceClient {
	return heartbeats{record: func(context.Context, flow.Beat) error {
		if s.isGone != nil && s.isGone() {
			return serviceerror.NewNotFound("no such activity")
		}
		return nil
	}}
}

func (s *filmServer) DescribeWorkflowExecution(
	context.Context, string, string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	state := s.states[0]
	if len(s.states) > 1 {
		s.states = s.states[1:]
	}
	answer := &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: state.status},
	}
	for _, name := range state.pending {
		answer.PendingActivities = append(answer.PendingActivities, &workflowpb.PendingActivityInfo{
			ActivityType: &common.ActivityType{Name: name},
		})
	}
	return answer, state.err
}

// roomyNode is a machine that has room for everything.
type roomyNode struct{ stopping chan struct{} }

func (roomyNode) Enter(context.Context, int, bool) (leave func(), err error) { return func() {}, nil }
func (roomyNode) Succeeded()                                                 {}
func (roomyNode) Failed(string, error)                                       {}
func (n roomyNode) Stopping() <-chan struct{}                                { return n.stopping }

// filmWorker returns the activities of a worker that makes films. drawn counts its chunks; it may
// be nil.
func filmWorker(t *testing.T, store *blob.Bucket, drawn *atomic.Int64) *Activities {
	return &Activities{
		Renderers: map[string]Renderer{"film": {Film: testFilm(drawn)}},
		Bucket:    store, Client: &filmServer{}, Build: "build", Identity: "worker", Scratch: t.TempDir(),
		Node: roomyNode{}, Log: slog.New(slog.DiscardHandler),
	}
}

// run has the SDK do an activity.
func run[T any](t *testing.T, activity, in any) (value T, err error) {
	t.Helper()
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(activity)
	encoded, err := env.ExecuteActivity(activity, in)
	if err != nil {
		return value, err
	}
	if encoded.HasValue() {
		require.NoError(t, encoded.Get(&value))
	}
	return value, nil
}
