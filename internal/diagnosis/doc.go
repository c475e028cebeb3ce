// Package diagnosis explains snapshots of runs: Limits returns what limits one run or many,
// Bottleneck tells it in words, DOT draws a graph for Graphviz, and CallsInProgress lists calls
// that have not returned.
//
// It reads counters, which api copies from the engine and the muxers, and never a running graph. It
// measures nothing: the counters are those of pipeline.NodeStats and pipeline.EdgeStats.
//
// To add a finding: write a method of Run that returns a Limit with its words, append its result in
// limits, and say in groupText how several encoders have it. To add a counter: add a field to Run
// or Stream and fill it in the method snapshot of api's Stats.
package diagnosis
