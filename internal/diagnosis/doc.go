// Package diagnosis says what a run shows: which actor limits it and why (Bottleneck), and the
// graph as a drawing for Graphviz (DOT). It reads snapshots and holds nothing of a running graph.
//
// To add a finding to Bottleneck, state it as a method of Run that returns words or "", and append
// it there.
package diagnosis
