package farm

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/grpc"

	"github.com/avloom/avloom/farm/internal/certtest"
)

// TestDialSlowServer connects to a server that accepts connections, and has not answered when the
// SDK's patience is at its end, nor when Dial looks what is in the way.
func TestDialSlowServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer() // it says of each method that it does not have it, which is an answer
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() { server.Stop(); require.NoError(t, <-served) })

	var connections atomic.Int32
	ready, forward := make(chan struct{}), certtest.Forward(t, l.Addr().String())
	address := certtest.Listen(t, nil, func(conn net.Conn) {
		if connections.Add(1) == 3 {
			close(ready)
		}
		select {
		case <-ready:
			forward(conn)
		case <-t.Context().Done():
		}
	})
	c, err := Dial(t.Context(), DialConfig{Address: address})
	require.NoError(t, err)
	c.Close()
}

// TestWaitForSlowServer waits for a run while the server does not answer in time.
func TestWaitForSlowServer(t *testing.T) {
	t.Parallel()
	workflow, c := &mocks.WorkflowRun{}, &mocks.Client{}
	workflow.On("Get", mock.Anything, mock.Anything).Return(serviceerror.NewDeadlineExceeded("late")).Once()
	workflow.On("Get", mock.Anything, mock.Anything).Return(nil)
	c.On("GetWorkflow", mock.Anything, "r", "").Return(workflow)
	r := &Run{client: c, id: "r"}
	require.NoError(t, r.get(t.Context(), nil))
}
