// Command benchmarks measures how fast avloom encodes on the machine it runs on, beside the ceiling (the same encoder in a program in C that does nothing
// else), FFmpeg's command, and other libraries as far as they are installed: "make bench", and for a part of it in a few minutes "make bench-quick".
//
// "avloom Acquire and draw" draws its pictures in the encoder's memory, as a copy of ready-made ones, and its times have that in them; all others are given
// pictures that lie ready.
//
// The contenders take turns, round after round, and every ratio is taken within a round. The groups:
//
//	kernels  RGB to YUV: internal/rgbyuv, swscale, libyuv and memcpy
//	stream   one stream, by size, preset and layout of the input
//	clips    many short files
//	latency  from AddFrames to the packet at the writer; opening and closing
//	memory   of encoders that are open, and of a thousand that get a picture a second
//	scaling  1 to 64 streams at once: throughput and memory
//	nvenc    one stream that a GPU encodes, where there is one
//
// A group is one file here; what is measured (internal/measure), who is measured (internal/contend) and how it is shown (internal/report and
// internal/chart) lie below. The programs that are not Go are in native.
package main
