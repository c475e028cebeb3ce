// Package graph opens what plans need, in order, and connects it to a running graph of actors: the
// encoders first, then the headers in memory, then the destinations. It opens all of that or
// nothing: if one step fails, everything is closed in reverse order, and the error tells which
// setting the encoder or the container refuses.
//
// Package plan decides what a config means. The work of the actors is in nodes, muxer and gpu, and
// the engine that runs them is pipeline.
//
// To add a node: make and connect it in video_build.go or audio_build.go. To explain another
// refusal of a container: refusal.go, video_refusal.go or audio_refusal.go; of an encoder:
// video_explain.go or audio_explain.go. To add a field to the line "open" of the log:
// open_fields.go.
package graph
