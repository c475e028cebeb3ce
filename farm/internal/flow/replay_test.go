package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/avloom/avloom/farm/internal/flow"
)

// TestCancelledWhenLong replays a history that becomes long at the moment at which its run is
// cancelled and hears of a client: the run ends, and does not go on as one that nobody has
// cancelled.
func TestCancelledWhenLong(t *testing.T) {
	t.Parallel()
	h := &history{t: t}
	h.begin(flow.RunWorkflow, flow.RunState{Settings: settings})
	h.step(false)
	h.startTimer("5")
	h.signal(flow.FedSignal, flow.Fed{})
	h.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionCancelRequestedEventAttributes{},
	})
	h.step(true)
	h.cancelTimer("5")
	h.startTimer("12")
	h.cancelTimer("12")
	// The SDK compares the end of a workflow with this kind of event, and not with that of a
	// cancelled one.
	h.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{},
	})
	require.ErrorContains(t, h.replay(), "COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION")
}

// TestUnfedAfterOutage replays a history in which nobody has told a run for three days that its
// timer is over, because the server or all workers were away: its client, which could not give a
// sign of life either, gets the whole time anew. Then the run ends.
func TestUnfedAfterOutage(t *testing.T) {
	t.Parallel()
	h := &history{t: t, now: time.Unix(1e9, 0)}
	state := flow.RunState{Settings: settings}
	state.Settings.Handover = 10 * time.Minute
	h.begin(flow.RunWorkflow, state)
	h.step(false)
	h.startTimer("5")
	h.now = h.now.Add(72 * time.Hour)
	h.fireTimer("5", 5)
	h.step(false)
	h.startTimer("10")
	h.now = h.now.Add(10 * time.Minute)
	h.fireTimer("10", 10)
	h.step(false)
	h.startTimer("15")
	h.cancelTimer("15")
	h.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{},
	})
	require.ErrorContains(t, h.replay(), "COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION")
}

// replay has a worker go through the history again. The error says where it does something else.
func (h *history) replay() error {
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableDeadlockDetection: true})
	require.NoError(h.t, err)
	flow.Register(replayer)
	return replayer.ReplayWorkflowHistory(noLog{}, &h.History)
}

// history is one that a test makes up.
type history struct {
	historypb.History
	t   *testing.T
	now time.Time // of the events that are added
}

func (h *history) add(kind enumspb.EventType, event *historypb.HistoryEvent) {
	event.EventId, event.EventType = int64(len(h.Events)+1), kind
	event.EventTime = timestamppb.New(h.now)
	h.Events = append(h.Events, event)
}

func (h *history) payloads(value any) *commonpb.Payloads {
	encoded, err := converter.GetDefaultDataConverter().ToPayloads(value)
	require.NoError(h.t, err)
	return encoded
}

func (h *history) begin(workflow string, input any) {
	started := &historypb.WorkflowExecutionStartedEventAttributes{
		WorkflowType: &commonpb.WorkflowType{Name: workflow}, TaskQueue: &taskqueuepb.TaskQueue{Name: "q"},
		Input: h.payloads(input),
	}
	h.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: started,
		},
	})
}

// step lets the workflow go on. long says that its history should end.
func (h *history) step(long bool) {
	h.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{},
	})
	h.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{SuggestContinueAsNew: long},
		},
	})
	h.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{
				StartedEventId: int64(len(h.Events)),
			},
		},
	})
}

func (h *history) signal(name string, value any) {
	h.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{
				SignalName: name, Input: h.payloads(value),
			},
		},
	})
}

func (h *history) startTimer(id string) {
	h.add(enumspb.EVENT_TYPE_TIMER_STARTED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_TimerStartedEventAttributes{
			TimerStartedEventAttributes: &historypb.TimerStartedEventAttributes{TimerId: id},
		},
	})
}

// fireTimer fires the timer that event has started.
func (h *history) fireTimer(id string, event int64) {
	h.add(enumspb.EVENT_TYPE_TIMER_FIRED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_TimerFiredEventAttributes{
			TimerFiredEventAttributes: &historypb.TimerFiredEventAttributes{TimerId: id, StartedEventId: event},
		},
	})
}

func (h *history) cancelTimer(id string) {
	h.add(enumspb.EVENT_TYPE_TIMER_CANCELED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_TimerCanceledEventAttributes{
			TimerCanceledEventAttributes: &historypb.TimerCanceledEventAttributes{TimerId: id},
		},
	})
}
