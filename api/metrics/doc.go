// Package metrics shows from outside a program what its encoders do: as Prometheus metrics, through
// the official client library, and as a variable of expvar. It only reads [api.Encoder.Stats]; it
// keeps no figures and starts no server. A program that does not import this package does not link
// the Prometheus library.
//
//	var encoders metrics.Encoders
//	encoders.Add("camera 1", enc)       // for as long as its figures should be shown
//	defer encoders.Remove("camera 1")   // without this, the last figures stay
//
//	prometheus.MustRegister(&encoders)
//	http.Handle("/metrics", promhttp.Handler())
//
//	expvar.Publish("avloom", encoders.Var())
//
// The figures are taken at each request. No encoder waits for a request.
//
// To add a metric: declare it in prometheus.go, or outputs.go, with its help text, add it to
// Describe, and put its value in the method of what it belongs to (run, stream, node, queue or
// output).
package metrics
