// Package gpu brings pictures to NVENC: it uploads pictures from main memory, and converts pictures
// that are on a GPU already. It does not encode: FFmpeg's NVENC encoders do. It never imports nodes
// or muxer; nodes uses a Device through an interface of its own.
//
//	config := gpu.Config{Index: 0, Width: 1920, Height: 1080, OutWidth: 1920, OutHeight: 1080}
//	d, err := gpu.Open(config)
//	d.Attach(codec)          // before the encoder is opened
//	d.Reserve(n)             // after it is opened
//	d.Host(frame)            // lends a picture in memory that the GPU reads directly
//	d.Upload(onGPU, frame)   // starts a copy; AwaitUpload waits for the oldest one
//	d.Convert(onGPU, input)  // converts a picture that is on the GPU
//	d.Close()
//
// A [Device] is the share that one video stream has of a GPU: the device's primary context, which
// all streams of the process and CUDA's runtime share, since the driver counts its users; a CUDA
// stream of its own, on which all calls above are executed in order; and pools of pictures. The
// pixel format is NV12 throughout.
//
// CUDA is not needed to build this package, nor a GPU to run it: driver.c looks up the driver at
// run time, and the repository contains the kernels as PTX.
//
// # Who owns and frees what
//
// A Device is counted: Open makes its first user, each further user calls Retain, and each user
// calls Close once. A frame that Host, Upload or Convert fills belongs to the caller, who frees it.
// A picture keeps alive the memory in which it lies, and with that memory the context, until it is
// freed. So the encoder, the pictures and the Device may be freed in any order; the last one frees
// the context. The source of an Upload stays the caller's, who keeps it unchanged until AwaitUpload
// has returned.
//
// # How to add to it
//
// A function of the driver: a line in the table FUNCTIONS of driver.c. A kernel: a file in kernel,
// compiled with "make ptx", and a line in gpu_load_kernels. A codec of NVENC: a row of the table in
// nvenc.go, and its GUID in nvenc.c.
//
// # Tests
//
// The folder testdata contains a stand-in for the two libraries of the driver, in C. It encodes
// with x264, x265 and libaom, delays its work as CUDA may, counts the objects that it has given
// out, and fails on request. See internal/cudatest.
package gpu
