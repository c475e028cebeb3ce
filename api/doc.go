// Package api encodes pictures and sound into files and streams.
//
// Add the streams to an Encoder, open it, feed the streams, close it:
//
//	enc := api.NewEncoder()
//	defer enc.Abort(nil) // does nothing after Close
//	video, err := enc.AddVideo(api.VideoConfig{Width: 1280, Height: 720, FrameRate: 30})
//	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2})
//	err = enc.OpenFile(ctx, "out.mp4")
//	err = video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC})
//	err = audio.AddSamples(ctx, samples)
//	return enc.Close()
//
// Each stream is a chain of actors that work at the same time: convert and encode, or resample,
// rechunk and encode. For each output one more actor writes the packets of all streams in order.
// Bounded queues join the actors. A caller that feeds faster than the encoders encode is blocked,
// and nothing is dropped. Outputs with BestEffort or Reconnect block nobody and may fail while the
// others go on. AddOutput adds outputs to an open encoder.
//
// RenderAll makes many files at once, each with an encoder of its own. A file gets its name only
// when it is complete. Encoders that run at the same time can share a ThreadBudget.
//
// RenderTwoPass makes one file whose pictures are drawn and encoded twice, so that the second pass
// divides the bits by what the first one has learnt.
//
// With VideoConfig.Device "cuda", NVENC encodes on a GPU. The pictures may be in main memory
// (AddFrames, AddImage, Commit) or on the GPU (AddDeviceFrames). Streams of the CPU and of GPUs can
// be in one file.
//
// This package holds what users see, and nothing else: it checks states and turns calls into sends.
// What a config means is decided in internal/plan, and internal/graph builds the actors.
//
// # Who owns what
//
// AddFrames, AddImage and AddDeviceFrames borrow the caller's memory until they return, and copy
// nothing. The calls that add sound copy. A writer belongs to the caller. Everything else belongs
// to the Encoder, and Close or Abort frees it. Every Encoder that was opened must be ended by one
// of the two.
//
// # How it ends
//
// Close finishes the file, and CloseContext does the same with a limit. Abort, the end of the
// context given to Open, and the first error of any actor, except of an output with BestEffort,
// give the file up: there is no trailer, and every call returns that cause. Errors in a config are
// *ConfigError. Errors of an actor are *pipeline.NodeError.
package api
