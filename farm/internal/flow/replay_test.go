package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"

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
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableDeadlockDetection: true})
	require.NoError(t, err)
	flow.Register(replayer)
	err = replayer.ReplayWorkflowHistory(noLog{}, &h.History)
	require.ErrorContains(t, err, "COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION")
}

// history is one that a test makes up.
type history struct {
	historypb.History
	t *testing.T
}

func (h *history) add(kind enumspb.EventType, event *historypb.HistoryEvent) {
	event.EventId, event.EventType = int64(len(h.Events)+1), kind
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

func (h *history) cancelTimer(id string) {
	h.add(enumspb.EVENT_TYPE_TIMER_CANCELED, &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_TimerCanceledEventAttributes{
			TimerCanceledEventAttributes: &historypb.TimerCanceledEventAttributes{TimerId: id},
		},
	})
}
