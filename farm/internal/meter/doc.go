// Package meter shows the metrics of Temporal's SDK and of the farm on one page, for Prometheus.
package meter
