// Package plan turns configs into plans. The plan of a stream has the encoder, the pixel or sample
// format, the size, the colours and the options; the plan of an output has the container, the
// address and the options. This package finds everything that is wrong with a config and that does
// not need an open encoder or muxer.
//
// This package opens nothing and starts nothing: package graph does. The plan of a stream never
// changes, because an Open that was abandoned may still read it.
//
// To add a field: add it to the config in package api and to config.go, check it in video_check.go
// or audio.go, and plan in ForEncoder what follows from it. To add a layout of frames: config.go,
// frames.go and device_frames.go. To add a setting of outputs: output_config.go and output.go.
package plan
