package work

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"gocloud.dev/blob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// bench is a worker with a server and a machine that do what a test says.
type bench struct {
	*Activities
	server *benchServer
	node   *benchNode
	task   flow.Task
}

// newBench returns a worker whose renderer "clip" is draw.
func newBench(t *testing.T, store *blob.Bucket, draw func(ctx context.Context, enc *api.Encoder, path string) error) *bench {
	t.Helper()
	b := &bench{server: &benchServer{}, node: &benchNode{stopping: make(chan struct{})}}
	b.Activities = &Activities{
		Bucket: store, Client: b.server, Build: "build", Identity: "worker", Scratch: t.TempDir(), Node: b.node,
		Log: slog.New(slog.DiscardHandler), grace: 50 * time.Millisecond,
		Renderers: map[string]Renderer{"clip": {
			Clip: func(ctx context.Context, enc *api.Encoder, path string, _ json.RawMessage) error {
				return draw(ctx, enc, path)
			},
		}},
	}
	b.task = flow.Task{
		Settings: flow.Settings{Run: "run", Threads: 1, Stall: time.Minute, Heartbeat: 100 * time.Millisecond, Attempts: 3},
		Job:      flow.Job{ID: "job", Renderer: "clip", Path: "clips/1.mp4"},
	}
	return b
}

// attemptOf is an attempt as the server gives it to a worker.
type attemptOf struct {
	number int // 0: 1
	before *flow.Beat
	end    func(end context.CancelCauseFunc) // gets the function that ends the activity, as the SDK may
}

// make has the SDK do the task.
func (b *bench) make(t *testing.T, a attemptOf) (made flow.Made, err error) {
	t.Helper()
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&attemptNumber{of: a}}})
	if a.before != nil {
		env.SetHeartbeatDetails(*a.before)
	}
	env.RegisterActivity(b.Make)
	encoded, err := env.ExecuteActivity(b.Make, b.task)
	if err != nil {
		return made, err
	}
	require.NoError(t, encoded.Get(&made))
	left, err := os.ReadDir(b.Scratch)
	require.NoError(t, err)
	require.Empty(t, left)
	return made, nil
}

// fails returns the error of an attempt, its details, and whether it is final.
func (b *bench) fails(t *testing.T, a attemptOf) (app *temporal.ApplicationError, f flow.Failure) {
	t.Helper()
	_, err := b.make(t, a)
	require.ErrorAs(t, err, &app)
	if app.Type() != flow.ErrReturned {
		var config *flow.ConfigFault
		require.NoError(t, app.Details(&config, &f))
		require.Equal(t, app.Type() == flow.ErrConfig, config != nil)
		require.Equal(t, "worker", f.Worker)
	}
	return app, f
}

// attemptNumber makes the SDK's test environment do a later attempt than the first one, and lets a
// test end the context of an activity.
type attemptNumber struct {
	interceptor.WorkerInterceptorBase
	of attemptOf
}

func (n *attemptNumber) InterceptActivity(
	_ context.Context, next interceptor.ActivityInboundInterceptor,
) interceptor.ActivityInboundInterceptor {
	i := &numberedInbound{of: n.of}
	i.Next = next
	return i
}

type numberedInbound struct {
	interceptor.ActivityInboundInterceptorBase
	of attemptOf
}

func (i *numberedInbound) Init(outbound interceptor.ActivityOutboundInterceptor) error {
	o := &numberedOutbound{number: int32(max(1, i.of.number))}
	o.Next = outbound
	return i.Next.Init(o)
}

func (i *numberedInbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	if i.of.end != nil {
		i.of.end(end)
	}
	return i.Next.ExecuteActivity(ctx, in)
}

type numberedOutbound struct {
	interceptor.ActivityOutboundInterceptorBase
	number int32
}

func (o *numberedOutbound) GetInfo(ctx context.Context) activity.Info {
	info := o.Next.GetInfo(ctx)
	info.Attempt = o.number
	return info
}

// benchNode is a machine that notes what it hears.
type benchNode struct {
	stopping chan struct{}
	enter    func(ctx context.Context) error // nil: there is room

	mu        sync.Mutex
	threads   []int
	alone     []bool
	inside    int
	succeeded int
	failed    []string
}

func (n *benchNode) Enter(ctx context.Context, threads int, alone bool) (func(), error) {
	n.mu.Lock()
	n.threads, n.alone = append(n.threads, threads), append(n.alone, alone)
	n.mu.Unlock()
	if n.enter != nil {
		if err := n.enter(ctx); err != nil {
			return nil, err
		}
	}
	n.add(1)
	return func() { n.add(-1) }, nil
}

func (n *benchNode) add(k int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.inside += k
}

func (n *benchNode) Succeeded() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.succeeded++
}

func (n *benchNode) Failed(job string, _ error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failed = append(n.failed, job)
}

func (n *benchNode) Stopping() <-chan struct{} { return n.stopping }

// drawFrames makes a clip of so many frames.
func drawFrames(n int) func(ctx context.Context, enc *api.Encoder, path string) error {
	return func(ctx context.Context, enc *api.Encoder, path string) error {
		v, err := enc.AddVideo(api.VideoConfig{Width: 32, Height: 32, FrameRate: 25, InputFormat: "rgb24"})
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		for k := range n {
			picture := make([]byte, 32*32*3)
			for i := range picture {
				picture[i] = byte(i * k)
			}
			if err := v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.Raw}); err != nil {
				return err
			}
		}
		return nil
	}
}

var errPoison = errors.New("poison")
