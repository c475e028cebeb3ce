// Package graph opens what plans need, in order, and wires it into a running graph of actors: the
// encoders first, then the headers in memory, then the destinations. It opens all of that or
// nothing: where one step fails, everything is freed in reverse order, and the error says which
// setting the encoder or the container refuses.
//
// What a config means is decided in package plan. The actors' work is in nodes, muxer and gpu, and
// the engine that runs them is pipeline.
//
// To add a node: construct and connect it in video_build.go or audio_build.go. To explain another
// refusal of a container: refusal.go; of an encoder: video_explain.go or audio_explain.go.
package graph
