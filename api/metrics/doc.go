// Package metrics shows what encoders do to those who watch a program from outside: as Prometheus metrics, with the official client library, and as a
// variable of expvar. A program that does not import it does without both.
//
//	var encoders metrics.Encoders
//	encoders.Add("camera 1", enc)       // for as long as it should be seen
//	defer encoders.Remove("camera 1")   // or its last figures stay
//
//	prometheus.MustRegister(&encoders)
//	http.Handle("/metrics", promhttp.Handler())
//
//	expvar.Publish("avloom", encoders.Var())
//
// Figures are taken when somebody asks, with [api.Encoder.Stats], which no encoder waits for.
package metrics
