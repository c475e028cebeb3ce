// Package muxer is the one actor that orders the packets of all streams by decoding time and writes the container.
//
// New writes the header and gives a Mux, which is a pipeline.Sink: its input i is stream i. It owns the container's header,
// interleaving, flushing and trailer, and the Destination it was given. Try does everything that New does, but into nothing,
// and so finds out what a container refuses before a file is touched.
//
// Where a file is to be crash-safe, packets reach it within half a second: crashsafe.go says how each container is written then, fragments.go cuts mp4 and mov,
// and patience.go bounds, by the clock, the waiting for streams that send nothing.
//
// A Destination is a file, a writer, or a connection that a Protocol makes.
//
// What else is special about a container stands in format.go, what is special about a protocol in protocol.go, and nowhere else.
package muxer
