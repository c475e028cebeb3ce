package meter

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
)

// SDK collects the metrics of Temporal's SDK. It is a collector that describes nothing: the SDK
// gives one name other labels in its client than in its workers.
type SDK struct {
	series sync.Map // of prometheus.Collector, by kind, name and tags
}

var (
	_ prometheus.Collector  = (*SDK)(nil)
	_ client.MetricsHandler = handler{}
)

// Handler returns what the SDK calls.
func (s *SDK) Handler() client.MetricsHandler { return handler{sdk: s} }

// Describe describes nothing.
func (s *SDK) Describe(chan<- *prometheus.Desc) {}

// Collect sends all that there is.
func (s *SDK) Collect(out chan<- prometheus.Metric) {
	s.series.Range(func(_, c any) bool {
		c.(prometheus.Collector).Collect(out)
		return true
	})
}

// handler adds its tags to each metric.
type handler struct {
	sdk  *SDK
	tags map[string]string
	key  string // of the tags
}

func (h handler) WithTags(tags map[string]string) client.MetricsHandler {
	all := make(map[string]string, len(h.tags)+len(tags))
	maps.Copy(all, h.tags)
	for name, value := range tags {
		all[word(name)] = strings.ToValidUTF8(value, "�")
	}
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key.WriteString("\x00" + name + "\x00" + all[name])
	}
	return handler{h.sdk, all, key.String()}
}

// Counter returns a counter, whose name ends in _total, as Prometheus wants it.
func (h handler) Counter(name string) client.MetricsCounter {
	c := find(h, "c"+name, func() prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts(h.options(name, "_total")))
	})
	return counter{c}
}

func (h handler) Gauge(name string) client.MetricsGauge {
	g := find(h, "g"+name, func() prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts(h.options(name, "")))
	})
	return gauge{g}
}

// Timer returns a histogram in seconds.
func (h handler) Timer(name string) client.MetricsTimer {
	t := find(h, "t"+name, func() prometheus.Histogram {
		o := h.options(name, "_seconds")
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: o.Name, Help: o.Help, ConstLabels: o.ConstLabels, Buckets: seconds(),
		})
	})
	return timer{t}
}

// find returns the series of this name and these tags, which make makes if there is none.
func find[T prometheus.Collector](h handler, name string, make func() T) T {
	key := name + h.key
	c, there := h.sdk.series.Load(key)
	if !there {
		c, _ = h.sdk.series.LoadOrStore(key, make())
	}
	return c.(T)
}

func (h handler) options(name, suffix string) prometheus.Opts {
	name = word(name)
	if !strings.HasSuffix(name, suffix) {
		name += suffix
	}
	return prometheus.Opts{Name: name, Help: "A metric of Temporal's SDK.", ConstLabels: h.tags}
}

// seconds returns the buckets of histograms: from a call in the same machine to a film of hours.
func seconds() []float64 {
	return []float64{
		0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 4 * 3600,
	}
}

// word returns a name of letters, digits and underscores.
func word(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

type (
	counter struct{ prometheus.Counter }
	gauge   struct{ prometheus.Gauge }
	timer   struct{ prometheus.Histogram }
)

func (c counter) Inc(n int64)             { c.Add(float64(max(0, n))) }
func (g gauge) Update(value float64)      { g.Set(value) }
func (t timer) Record(took time.Duration) { t.Observe(took.Seconds()) }
