// Package gpu lets NVENC encode what nodes make, and what is on a GPU already.
//
//	d, err := gpu.Open(gpu.Config{Index: 0, Width: 1920, Height: 1080, OutWidth: 1920, OutHeight: 1080})
//	d.Attach(codec)           // before the encoder is opened
//	d.Reserve(n)              // once it is
//	d.Host(frame)             // a picture in memory that the GPU reads by itself, to draw into
//	d.Upload(onGPU, frame)    // starts; AwaitUpload waits for the oldest that has been started
//	d.Convert(onGPU, input)   // of what is on the GPU already
//	d.Close()
//
// A [Device] is what one stream of video uses of a GPU: the device's primary context, which all streams of the process share, and CUDA's
// runtime with them, since the driver counts its users; a CUDA stream of its own, on which all of the above is done in order; and pools of
// pictures. Its pixel format is NV12 throughout.
//
// Nothing of CUDA is needed to build this, nor to run it without a GPU: driver.c finds the driver at run time, and the kernel is in the
// repository as PTX.
//
// # Who owns what
//
// A Device is counted: whoever uses it calls Retain first, and Close. Pictures keep the memory they lie in, and with it the context, alive
// until they are freed, whatever has been closed before. So encoder, pictures and device may go in any order; the last one out frees the
// context.
//
// # Tests
//
// testdata holds a stand-in for the two libraries of the driver, in C: it encodes with x264, x265 and libaom, is as lazy as CUDA may be, counts what it has
// given out and fails on request. See internal/cudatest.
package gpu
