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
// rechunk and encode. One more actor writes the packets of all streams in order. Bounded queues
// join them: whoever feeds faster than the encoders encode is blocked, and nothing is dropped.
//
// RenderAll makes many files at once, each with an encoder of its own, and each under its name only
// when it is complete. Encoders that run at the same time can share a ThreadBudget.
//
// With VideoConfig.Device "cuda" NVENC encodes on a GPU; the pictures may come from main memory
// (AddFrames, AddImage, Commit) or be there already (AddDeviceFrames). Streams on the CPU and on
// GPUs can go into one file.
//
// # Who owns what
//
// AddFrames, AddImage and AddDeviceFrames borrow the caller's memory until they return, and copy
// nothing; AddSamples copies. A writer belongs to the caller. Everything else belongs to the
// Encoder, and Close or Abort free it. An Encoder that was opened must be ended by one of the two.
//
// # How it ends
//
// Close finishes the file, and CloseContext does so within the life of a context. Abort, the end of
// the context given to Open, and the first error of any part give it up: there is no trailer, and
// every call returns that cause. The errors of a wrong config are *ConfigError, those of a part
// that failed are *pipeline.NodeError.
package api
