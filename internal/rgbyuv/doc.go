// Package rgbyuv turns 8-bit RGB into the YUV and grey that encoders take, about as fast as memory lets one copy it. It needs a C
// compiler and nothing else.
//
//	c, ok := rgbyuv.New(rgbyuv.Config{Input: rgbyuv.RGB24, Output: rgbyuv.I420, Matrix: rgbyuv.BT709})
//	c.Convert(dst, src, width, height) // one call of C, no allocation
//
// The caller owns all memory. A call reads src and writes dst while it lasts, never a byte outside the picture, and keeps nothing.
// Rows of any length and alignment do, and crops are a matter of where the planes begin. Memory of Go's must be pinned.
//
// # Accuracy
//
// JPEG's Y, Cb and Cr become the R, G and B that Go's image/color makes of them, and these are
// converted.
//
// Reference is the same in floating point, from the formulas of ITU-R BT.601-7, BT.709-6 and BT.2020-2. No sample differs from it by
// more than half a step and a hundredth, so that rounding may fall the other way now and then; greys, black and white among them, come
// out exactly, with chroma of 128. All levels compute the same to the last bit.
//
// # The pass
//
// A picture is read once, two rows at a time where chroma belongs to two rows (for chroma on the top left, the row above is read
// again). N is the bytes of a vector.
//
//	packed row y    ──split──▶ strip: R, G, B ─┐
//	packed row y+1  ──split──▶ strip: R, G, B ─┤   N pixels          ┌─▶ Y of row y      N bytes
//	                                           ├─▶ of both rows ─────┼─▶ Y of row y+1    N bytes
//	planar rows     ──────────in place─────────┤   in registers      └─▶ U and V         N/2 bytes each
//	planar rows' ends ─copied─▶ strips ────────┘
//
// A strip holds up to 2048 pixels in the first-level cache, with the pixel before them and copies of the last one behind them. So the
// filters never look beyond the picture, and odd widths need no code of their own. Planes are read in place as far as whole vectors
// go, unless the filter looks to the left. What does not fill a vector at the end of a row is computed in a vector of scratch,
// of which the right bytes are copied.
//
// # Levels
//
//	level   file              needs
//	avx512  avx512_amd64.c    AVX-512 F, BW and VBMI
//	avx2    avx2_amd64.c      AVX2
//	base    base.c            SSE2 on amd64, NEON on arm64, nothing elsewhere
//
// Each of these files chooses instructions by a pragma, defines the five operations that plain vector arithmetic lacks, and includes
// kernel.h, which is all the rest. So gcc and clang build the same, and the table in rgbyuv.c is the only dispatch.
//
// # How to add
//
// An input layout of 3 or 4 bytes a pixel: a constant and a row of layouts in config.go. Another kind of layout: a case of fetch in
// kernel.h. An output: a constant, a case of vectors and of chroma_bytes, a row in the table at the end of kernel.h. A level: a file like
// avx2_amd64.c, a row in rgbyuv.c, a constant in level.go and a case in levels. The tests go through whatever the constants count.
package rgbyuv
