package meter

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Node is what workers show of themselves.
type Node interface {
	Jobs() int         // that it has places for
	Running() int      // tasks that are in a place
	FailedInARow() int // different jobs
	IsSick() bool      // too many have failed: it takes no more
}

// Build is what a worker is made of.
type Build struct{ Queue, Version, Name string }

// Nodes collects the figures of the workers in a process.
type Nodes struct {
	mu    sync.Mutex
	nodes map[Node]Build
}

var _ prometheus.Collector = (*Nodes)(nil)

// Add shows the figures of a worker until it is removed.
func (n *Nodes) Add(node Node, build Build) (remove func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.nodes == nil {
		n.nodes = map[Node]Build{}
	}
	n.nodes[node] = build
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.nodes, node)
	}
}

// Describe describes nothing: without workers there is nothing to show.
func (n *Nodes) Describe(chan<- *prometheus.Desc) {}

// Collect sends the sums over all workers of a queue and build; usually there is one worker.
func (n *Nodes) Collect(out chan<- prometheus.Metric) {
	for build, f := range n.sums() {
		labels := prometheus.Labels{"queue": build.Queue, "build": build.Name}
		send := func(name, help string, value int, labels prometheus.Labels) {
			desc := prometheus.NewDesc(prefix+name, help, nil, labels)
			out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value))
		}
		send("slots", "Jobs of one thread that can run at a time.", f.slots, labels)
		send("slots_used", "Tasks that run now.", f.used, labels)
		send("failures_in_a_row", "Different jobs that failed here since one succeeded.", f.failures, labels)
		send("stopped_by_failures", "Workers that stopped because too many jobs failed in a row.", f.sick, labels)
		send("build_info", "The build of the workers, by which parts of films are kept apart.", 1,
			prometheus.Labels{"queue": build.Queue, "build": build.Name, "version": build.Version})
	}
}

type figures struct{ slots, used, failures, sick int }

func (n *Nodes) sums() map[Build]figures {
	n.mu.Lock()
	defer n.mu.Unlock()
	sums := map[Build]figures{}
	for node, build := range n.nodes {
		f := sums[build]
		f.slots += node.Jobs()
		f.used += node.Running()
		f.failures = max(f.failures, node.FailedInARow())
		if node.IsSick() {
			f.sick++
		}
		sums[build] = f
	}
	return sums
}
