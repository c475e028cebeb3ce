package work

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc"

	"github.com/avloom/avloom/farm/internal/flow"
)

// benchServer answers heartbeats, and notes them.
type benchServer struct {
	client.Client

	mu     sync.Mutex
	silent func(context.Context) error // called instead of answer, unless nil; it may take long
	answer func(n int) error           // to the n-th heartbeat; nil: none is an error
	beats  []flow.Beat
}

func (s *benchServer) WorkflowService() workflowservice.WorkflowServiceClient {
	return heartbeats{record: s.record}
}

// heartbeats is a service that takes nothing else.
type heartbeats struct {
	workflowservice.WorkflowServiceClient
	record func(context.Context, flow.Beat) error
}

func (h heartbeats) RecordActivityTaskHeartbeat(
	ctx context.Context, in *workflowservice.RecordActivityTaskHeartbeatRequest, _ ...grpc.CallOption,
) (*workflowservice.RecordActivityTaskHeartbeatResponse, error) {
	beat, err := flow.DecodeBeat(in.GetDetails())
	if err != nil {
		return nil, err
	}
	answer := &workflowservice.RecordActivityTaskHeartbeatResponse{}
	err = h.record(ctx, beat)
	var cancelled *temporal.CanceledError
	switch {
	case errors.As(err, &cancelled):
		answer.CancelRequested, err = true, nil
	case errors.Is(err, activity.ErrActivityPaused):
		answer.ActivityPaused, err = true, nil
	case errors.Is(err, activity.ErrActivityReset):
		answer.ActivityReset, err = true, nil
	}
	return answer, err
}

func (s *benchServer) record(ctx context.Context, beat flow.Beat) error {
	s.mu.Lock()
	if silent := s.silent; silent != nil {
		s.mu.Unlock()
		return silent(ctx)
	}
	defer s.mu.Unlock()
	s.beats = append(s.beats, beat)
	if s.answer == nil {
		return nil
	}
	return s.answer(len(s.beats))
}

func (s *benchServer) setAnswer(answer func(n int) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// setSilent has f called for each heartbeat; nil: the server answers again.
func (s *benchServer) setSilent(f func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = f
}

// last returns the last beat.
func (s *benchServer) last() flow.Beat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beats[len(s.beats)-1]
}

// await waits until there were so many more beats.
func (s *benchServer) await(more int) {
	begun := s.count()
	for s.count() < begun+more {
		time.Sleep(time.Millisecond) // polls; beats come by themselves
	}
}

func (s *benchServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.beats)
}
