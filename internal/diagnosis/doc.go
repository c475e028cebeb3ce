// Package diagnosis explains a snapshot of a run: Bottleneck tells in words which actor limits it
// and why, DOT draws the graph for Graphviz, and CallsInProgress lists calls that have not
// returned.
//
// It reads counters, which api copies from the engine and the muxers, and never a running graph. It
// measures nothing: the counters are those of pipeline.NodeStats and pipeline.EdgeStats.
//
// To add a finding to Bottleneck: write a method of Run that returns words, or "" if there is
// nothing to report, and append its result in Bottleneck. To add a counter: add a field to Run or
// Stream and fill it in the method snapshot of api's Stats.
package diagnosis
