package farm

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/farm/internal/meter"
)

// Metrics shows, on one page for Prometheus, what the workers of a process do (avloom_farm_…), what
// Temporal's SDK does (temporal_…), and what the process uses (go_…, process_…).
//
//	metrics := farm.NewMetrics()
//	c, err := farm.Dial(ctx, farm.DialConfig{Address: "…", Metrics: metrics})
//	w, err := farm.NewWorker(c, store, renderers, farm.WorkerConfig{Metrics: metrics})
//	http.Handle("/metrics", metrics)
//
// Several workers, and clients, of a process can share it.
type Metrics struct {
	registry *prometheus.Registry
	page     http.Handler
	sdk      meter.SDK
	tasks    *meter.Tasks
	nodes    meter.Nodes
}

var _ http.Handler = (*Metrics)(nil)

// NewMetrics returns metrics that are zero.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &m.sdk, &m.nodes)
	m.tasks = meter.NewTasks(m.registry)
	m.page = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

// ServeHTTP writes the page.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.page.ServeHTTP(w, r) }

// Registry returns what the page shows, for a program that adds figures of its own, or shows these
// on another page.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// SDK returns what client.Options.MetricsHandler gets in a program that calls client.Dial itself.
// Dial sets it.
func (m *Metrics) SDK() client.MetricsHandler { return m.sdk.Handler() }
