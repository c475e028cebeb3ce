// Package destination carries the bytes of a container to where they are kept: a file, an io.Writer
// of the program, memory, or another program over a network.
//
// A Destination is what FFmpeg writes to and seeks in. It remembers the first error, counts bytes
// and the time that calls of the writer take, and makes a blocked call return (Wake). CreateFile,
// NewWriter, NewUserWriter, NewStored and Protocol.Connect open one. DryFile, DryConnection and
// DryRun return one that discards its bytes, with the properties of the real one, to find out what
// a container refuses before anything is touched.
//
// OpenFolder opens a Store, which keeps many files, and NewFolder a Destination that FFmpeg's
// muxers for HLS, DASH and pictures write them to.
//
// The package does not know containers, packets or streams: packages muxer and muxer/container do.
// How net/http uploads is in internal/upload.
//
// To add a protocol of FFmpeg, add a row to the table in protocol.go, and to Protocol.withDefaults
// if it needs options. To add another carrier of bytes, implement the interface in connection.go
// and choose it in Protocol.Connect. A property of files and writers (whether they can seek) is
// decided in seekable.go.
package destination
