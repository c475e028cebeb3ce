package meter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// Tasks counts what workers do.
type Tasks struct {
	jobs, failures *prometheus.CounterVec
	frames, bytes  prometheus.Counter
	running        *prometheus.GaugeVec
	took           *prometheus.HistogramVec
}

// NewTasks returns counters that are zero, and registers them.
func NewTasks(registry prometheus.Registerer) *Tasks {
	t := &Tasks{
		jobs: counters("jobs_total",
			"Jobs that ended on workers of this process. A film fails once for each part that failed for good.", "result"),
		failures: counters("task_failures_total",
			"Tasks that failed, by what they were to do and the kind of error. They may be tried again.", "task", "kind"),
		frames: single("frames_total", "Frames of clips and of chunks of films that were put into the store."),
		bytes:  single("bytes_total", "Bytes of files and of parts of films that were put into the store."),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "tasks_running", Help: "Tasks that the process works on, or has taken and not begun.",
		}, []string{"task"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "task_duration_seconds", Help: "How long tasks took.", Buckets: seconds(),
		}, []string{"task"}),
	}
	for _, result := range []string{"done", "failed", "skipped"} {
		t.jobs.WithLabelValues(result) // so that they are shown before the first one
	}
	registry.MustRegister(t.jobs, t.failures, t.frames, t.bytes, t.running, t.took)
	return t
}

const prefix = "avloom_farm_"

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
}

func single(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
}

// Begin counts a task that begins. The caller calls end with what it returned.
func (t *Tasks) Begin(activity string) (end func(result any, err error)) {
	name := strings.ToLower(activity[strings.LastIndex(activity, ".")+1:])
	began := time.Now()
	t.running.WithLabelValues(name).Inc()
	return func(result any, err error) {
		t.running.WithLabelValues(name).Dec()
		t.took.WithLabelValues(name).Observe(time.Since(began).Seconds())
		if err != nil {
			t.failed(name, err)
			return
		}
		t.done(result)
	}
}

// done counts what a task has made. The frames of a film were counted with its chunks.
func (t *Tasks) done(result any) {
	switch r := result.(type) {
	case *flow.Made:
		t.done(*r)
	case flow.Made:
		if r.Result != nil {
			t.file(*r.Result)
			if !r.Result.Skipped {
				t.frames.Add(float64(r.Result.Frames))
			}
		}
	case *flow.Result:
		t.file(*r)
	case flow.Result:
		t.file(r)
	case *flow.PartMade:
		t.done(*r)
	case flow.PartMade:
		t.frames.Add(float64(r.Frames))
		t.bytes.Add(float64(r.Bytes))
	}
}

// file counts a job that has ended.
func (t *Tasks) file(r flow.Result) {
	switch {
	case r.Error != "":
		t.jobs.WithLabelValues("failed").Inc()
	case r.Skipped:
		t.jobs.WithLabelValues("skipped").Inc()
	default:
		t.jobs.WithLabelValues("done").Inc()
		t.bytes.Add(float64(r.Bytes))
	}
}

// failed counts a task that failed, and its job, if it is not tried again.
func (t *Tasks) failed(task string, err error) {
	var a *temporal.ApplicationError
	kind := kindOf(err)
	if errors.As(err, &a) && a.NonRetryable() && kind != "parts" {
		t.jobs.WithLabelValues("failed").Inc()
	}
	t.failures.WithLabelValues(task, kind).Inc()
}

// kindOf returns the kind of an error, as one of a few words.
func kindOf(err error) string {
	var a *temporal.ApplicationError
	switch {
	case errors.As(err, &a):
		known := []string{
			flow.ErrConfig, flow.ErrPermanent, flow.ErrFailed, flow.ErrParts, flow.ErrLost, flow.ErrReturned,
		}
		if slices.Contains(known, a.Type()) {
			return strings.ToLower(a.Type())
		}
	case temporal.IsCanceledError(err), errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return "other"
}
