package farm

// Metrics shows what workers do, for Prometheus.
type Metrics struct{}
