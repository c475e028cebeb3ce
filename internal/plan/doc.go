// Package plan turns configs into plans: for a stream which encoder, pixel or sample format, size,
// colours and options; for an output which container, address and options. Whatever is wrong with a
// config is found here, before anything is opened, unless only an encoder or a muxer can tell.
//
// A plan of a stream never changes: an Open that was left behind may still read it. This package
// opens nothing and starts nothing; package graph does.
//
// To add a field: add it to api.VideoConfig and to VideoConfig, check it in video.go (or audio.go),
// and let ForEncoder decide what follows from it. A layout of frames goes into frames.go.
package plan
