package farm

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/care"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/meter"
)

// page returns what Prometheus reads.
func page(t *testing.T, m *Metrics) string {
	t.Helper()
	r := httptest.NewRecorder()
	m.ServeHTTP(r, httptest.NewRequest("GET", "/metrics", nil))
	require.Equal(t, 200, r.Code)
	return r.Body.String()
}

// TestMetrics shows what the SDK and the tasks count, on a page that Prometheus finds nothing wrong
// with.
func TestMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	sdk := m.SDK().WithTags(map[string]string{"namespace": "n", "task-queue": "q"})
	sdk.Counter("temporal_request").Inc(2)
	sdk.WithTags(map[string]string{"operation": "Poll"}).Counter("temporal_request").Inc(1)
	sdk.Counter("temporal_request").Inc(1)
	sdk.Gauge("temporal_num_pollers").Update(4)
	sdk.Timer("temporal_request_latency").Record(30 * time.Millisecond)

	did := func(activity string, result any, err error) { m.tasks.Begin(activity)(result, err) }
	did(flow.MakeActivity, flow.Made{Result: &flow.Result{Frames: 30, Bytes: 1000}}, nil)
	did(flow.MakeActivity, &flow.Made{Result: &flow.Result{Skipped: true, Frames: 30, Bytes: 1000}}, nil)
	did(flow.MakeActivity, flow.Made{Film: &flow.FilmPlan{}}, nil)
	did(flow.MakeActivity, nil, temporal.NewApplicationError("disk full", flow.ErrFailed))
	did(flow.MakeActivity, nil, temporal.NewNonRetryableApplicationError("wrong", flow.ErrConfig, nil))
	did(flow.MakeActivity, nil, temporal.NewCanceledError())
	did(flow.MakeActivity, nil, temporal.NewApplicationError("x", "any name of an error"))
	did(flow.ChunkActivity, flow.PartMade{Frames: 12, Bytes: 500}, nil)
	did(flow.JoinActivity, nil, temporal.NewNonRetryableApplicationError("parts are missing", flow.ErrParts, nil))
	did(flow.JoinActivity, flow.Result{Frames: 12, Bytes: 400}, nil)
	m.tasks.Begin(flow.SweepActivity)

	node := care.NewNode(care.NewSlots(3, 3), 1)
	node.Failed("clip", temporal.NewCanceledError())
	remove := m.nodes.Add(node, meter.Build{Queue: "q", Version: "v1", Name: "b"})
	text := page(t, m)
	for _, line := range []string{
		`temporal_request_total{namespace="n",task_queue="q"} 3`,
		`temporal_request_total{namespace="n",operation="Poll",task_queue="q"} 1`,
		`temporal_num_pollers{namespace="n",task_queue="q"} 4`,
		`temporal_request_latency_seconds_bucket{namespace="n",task_queue="q",le="0.05"} 1`,
		`avloom_farm_jobs_total{result="done"} 2`,
		`avloom_farm_jobs_total{result="failed"} 1`,
		`avloom_farm_jobs_total{result="skipped"} 1`,
		`avloom_farm_frames_total 42`,
		`avloom_farm_bytes_total 1900`,
		`avloom_farm_tasks_running{task="make"} 0`,
		`avloom_farm_tasks_running{task="sweep"} 1`,
		`avloom_farm_task_failures_total{kind="failed",task="make"} 1`,
		`avloom_farm_task_failures_total{kind="config",task="make"} 1`,
		`avloom_farm_task_failures_total{kind="cancelled",task="make"} 1`,
		`avloom_farm_task_failures_total{kind="other",task="make"} 1`,
		`avloom_farm_task_failures_total{kind="parts",task="join"} 1`,
		`avloom_farm_task_duration_seconds_count{task="make"} 7`,
		`avloom_farm_slots{build="b",queue="q"} 3`,
		`avloom_farm_failures_in_a_row{build="b",queue="q"} 1`,
		`avloom_farm_stopped_by_failures{build="b",queue="q"} 1`,
		`avloom_farm_build_info{build="b",queue="q",version="v1"} 1`,
		`process_resident_memory_bytes `,
	} {
		require.Contains(t, text, line)
	}
	problems, err := testutil.GatherAndLint(m.Registry())
	require.NoError(t, err)
	require.Equal(t, []promlint.Problem(nil), problems)

	remove()
	require.NotContains(t, page(t, m), "avloom_farm_slots")
}
