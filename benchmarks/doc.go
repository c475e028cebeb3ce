// Command benchmarks measures how fast avloom encodes on the machine it runs on. Beside avloom it
// measures the ceiling (the same encoder in a C program that does nothing else), FFmpeg's command,
// and other libraries that are installed. "make bench" runs all of it; "make bench-quick" runs a
// part in a few minutes. It is no test: it finds no faults, and no test depends on its figures.
//
// "avloom Acquire and draw" draws its pictures in the encoder's memory, by copying ready-made ones.
// Its times include that copy. All other contenders are given pictures that are ready.
//
// The honest ceiling takes as long as the ceiling, which gets ready-made YUV, and one copy of the
// RGB from memory to memory. Nobody who encodes RGB can be faster, because it must be read.
//
// The contenders take turns, round after round, and every ratio is taken within a round. The
// groups:
//
//	kernels  RGB to YUV: internal/rgbyuv, swscale, libyuv and memcpy
//	stream   one stream, by size, preset and layout of the input
//	av1      one stream of AV1
//	outputs  one stream that is written to one, two and four files
//	clips    many short files
//	latency  from AddFrames to the packet at the writer; opening and closing
//	memory   of encoders that are open, and of a thousand that get a picture a second
//	scaling  1 to 64 streams at once: throughput and memory
//	film     one film on all cores: RenderFilm beside other ways
//	film-scaling  RenderFilm with 1 to 16 workers
//	nvenc    one stream that a GPU encodes, where there is one
//
// "go run ./benchmarks capacity" is another command: it tells how many live streams the machine
// carries. Its code is in the package capacity.
//
// Each group has a file here. To add a group: write its file, with a method of suite that asks
// wanted for each case and measures it with a field, and add the method to the list in groups.go.
// internal/measure turns samples into ratios, internal/contend runs the contenders, internal/report
// and internal/chart show the results. The programs in C and Python are in native.
package main
