// Package muxer is the actor that writes one container: it orders the packets of all streams by
// decoding time and gives them to FFmpeg's muxer.
//
// New writes the header and returns a Mux, which is a pipeline.Sink: its input i is stream i. A Mux
// owns the header, the order of packets, the fragments, the trailer, and its destination. Try does
// what New does, but discards the bytes, and so finds out what a container refuses before a file is
// touched.
//
// A Mux holds a packet until every other stream that may still send an earlier one has sent one
// (interleaver.go), for no longer than its patience (patience.go). In a crash-safe file, packets
// reach the destination within half a second: fragments.go and mov_index.go cut fragments.
//
// Parts is a sink as Mux is. It cuts a recording into files, each with a Mux of its own: cut.go
// says where, parts_files.go opens and finishes them, joining.go begins a recording that joins
// late, and ring.go removes old parts.
//
// An output that joins streams in their middle (Config.Late) begins with the first picture that can
// be decoded by itself (beginning.go). Its times, and those of an output with an origin, count from
// there (timeline.go). Latency tells how long packets take to the destination (latency.go).
//
// The package does not decide what is special about a container: package container does, and a new
// quirk goes there. It does not know where the bytes go: package destination does. It does not
// encode. A new act of the actor gets a file of its own, with a type that Mux holds and calls in
// prepare, write or flush; only writer.go calls FFmpeg's muxer.
package muxer
