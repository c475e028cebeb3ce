package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/avloom/avloom/api"
)

var _ prometheus.Collector = (*Encoders)(nil)

// metric is the description of one metric and its kind, counter or gauge.
type metric struct {
	*prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{describe(name+"_total", help, labels), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{describe(name, help, labels), prometheus.GaugeValue}
}

// describe returns the description of a metric. Each metric has the encoder's name as its first
// label.
func describe(name, help string, labels []string) *prometheus.Desc {
	return prometheus.NewDesc("avloom_"+name, help, append([]string{"encoder"}, labels...), nil)
}

// The metrics of an encoder as a whole.
var (
	elapsed   = gauge("run_seconds", "Time since the encoder was opened, until its run was over.")
	over      = gauge("run_over", "1 once the run is over.")
	abandoned = gauge("abandoned_actors", "Actors left behind in a call that did not return.")
	written   = counter("written_bytes", "Size of what is at the destination.")
	writing   = counter("writing_seconds", "Time that the destination took for writes.")
	logPanics = counter("log_panics", "Calls of the logger that panicked.")
	called    = counter("called_seconds", "Time in which at least one call was inside the encoder.")
)

// The metrics of its streams.
var (
	accepted    = counter("stream_accepted", "Frames, or samples per channel, that were taken in.", streamLabels...)
	encoded     = counter("stream_encoded_seconds", "Media time that was encoded.", streamLabels...)
	packets     = counter("stream_packets", "Packets that the encoder gave.", streamLabels...)
	bytes       = counter("stream_bytes", "Bytes in these packets.", streamLabels...)
	heldPackets = gauge("stream_held_packets",
		"Packets that the muxer holds back until the other streams have come as far.", streamLabels...)
	dropped    = counter("stream_dropped_frames", "Frames that OnFullDrop dropped.", streamLabels...)
	unreturned = counter("stream_unreturned_pictures",
		"Pictures that were acquired and dropped, whose memory is lost.", streamLabels...)
	recentFPS = gauge("stream_frames_per_second",
		"Frames encoded per second in the last two seconds.", streamLabels...)
	recentSpeed = gauge("stream_speed_ratio",
		"Media time encoded per time in the last two seconds: 1 is real time.", streamLabels...)

	streamLabels = []string{"stream", "kind", "codec"}
)

// The metrics of its nodes.
var (
	itemsIn  = counter("node_in", "Items that the node took.", nodeLabels...)
	itemsOut = counter("node_out", "Items that the node sent on.", nodeLabels...)
	nodeHeld = gauge("node_held",
		"Pictures, samples per channel, or packets of the muxer that the node holds.", nodeLabels...)
	inCall = gauge("node_call_seconds", "How long the node has been busy now without a pause.", nodeLabels...)
	spent  = counter("node_seconds",
		"Time by what it was spent on, over all copies of the node.", append([]string{"activity"}, nodeLabels...)...)

	nodeLabels = []string{"node", "stream"}
)

// The metrics of its queues.
var (
	queued   = gauge("queue_items", "Items that wait now.", queueLabels...)
	capacity = gauge("queue_capacity", "How many items may wait.", queueLabels...)
	sent     = counter("queue_sent", "Items given to the queue.", queueLabels...)
	received = counter("queue_received", "Items taken from the queue.", queueLabels...)
	freed    = counter("queue_freed", "Items that nobody will process.", queueLabels...)
	lost     = counter("queue_lost", "Items for which an output with BestEffort had no room.", queueLabels...)
	blocked  = counter("queue_blocked_seconds", "Time that senders waited for room.", queueLabels...)

	queueLabels = []string{"from", "to", "stream"}
)

// Describe sends the description of each metric. Prometheus calls it at registration.
func (e *Encoders) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range []metric{
		elapsed, over, abandoned, written, writing, logPanics, called,
		accepted, encoded, packets, bytes, heldPackets, dropped, unreturned, recentFPS, recentSpeed,
		itemsIn, itemsOut, nodeHeld, inCall, spent,
		queued, capacity, sent, received, freed, lost, blocked,
		outputBytes, outputQueued, outputCapacity, outputLost, outputReconnects, outputState, outputLatency,
	} {
		ch <- m.Desc
	}
}

// Collect takes a snapshot of each encoder and sends its figures. Prometheus calls it for each
// scrape.
func (e *Encoders) Collect(ch chan<- prometheus.Metric) {
	all := e.Stats()
	for _, name := range sortedNames(all) {
		c := collection{ch, name}
		s := all[name]
		c.run(&s)
		for i := range s.Streams {
			c.stream(&s.Streams[i])
		}
		for i := range s.Nodes {
			c.node(&s.Nodes[i])
		}
		for i := range s.Edges {
			c.queue(&s.Edges[i])
		}
		for i := range s.Outputs {
			c.output(&s.Outputs[i])
		}
	}
}

// collection sends the figures of one encoder.
type collection struct {
	ch      chan<- prometheus.Metric
	encoder string
}

func (c *collection) put(m metric, value float64, labels ...string) {
	labels = append([]string{c.encoder}, labels...)
	c.ch <- prometheus.MustNewConstMetric(m.Desc, m.kind, value, labels...)
}

func (c *collection) seconds(m metric, value time.Duration, labels ...string) {
	c.put(m, value.Seconds(), labels...)
}

func (c *collection) run(s *api.Stats) {
	ended := 0.0
	if s.Over {
		ended = 1
	}
	c.put(over, ended)
	c.seconds(elapsed, s.Elapsed)
	c.put(abandoned, float64(s.Abandoned))
	c.put(written, float64(s.BytesWritten))
	c.seconds(writing, s.Writing)
	c.put(logPanics, float64(s.LogPanics))
	c.seconds(called, s.Called)
}

func (c *collection) stream(s *api.StreamStats) {
	labels := []string{strconv.Itoa(s.Stream), s.Kind, s.Codec}
	c.put(accepted, float64(s.Accepted), labels...)
	c.seconds(encoded, s.Encoded, labels...)
	c.put(packets, float64(s.Packets), labels...)
	c.put(bytes, float64(s.Bytes), labels...)
	c.put(heldPackets, float64(s.Held), labels...)
	c.put(dropped, float64(s.Dropped), labels...)
	c.put(unreturned, float64(s.Unreturned), labels...)
	c.put(recentFPS, s.RecentFPS, labels...)
	c.put(recentSpeed, s.RecentSpeed, labels...)
}

func (c *collection) node(n *api.NodeStats) {
	labels := []string{n.Name, streamLabel(n.Stream)}
	c.put(itemsIn, float64(n.In), labels...)
	c.put(itemsOut, float64(n.Out), labels...)
	c.put(nodeHeld, float64(n.Held), labels...)
	c.seconds(inCall, n.InCall, labels...)
	c.seconds(spent, n.Busy, append([]string{"busy"}, labels...)...)
	c.seconds(spent, n.Blocked, append([]string{"blocked"}, labels...)...)
	c.seconds(spent, n.Idle, append([]string{"idle"}, labels...)...)
}

func (c *collection) queue(e *api.EdgeStats) {
	labels := []string{e.From, e.To, streamLabel(e.Stream)}
	c.put(queued, float64(e.Queued), labels...)
	c.put(capacity, float64(e.Depth), labels...)
	c.put(sent, float64(e.Sent), labels...)
	c.put(received, float64(e.Received), labels...)
	c.put(freed, float64(e.Freed), labels...)
	c.put(lost, float64(e.Lost), labels...)
	c.seconds(blocked, e.Blocked, labels...)
}

// streamLabel returns the label of a stream; "" for a node that serves all streams.
func streamLabel(stream int) string {
	if stream < 0 {
		return ""
	}
	return strconv.Itoa(stream)
}
