// Package rgbyuv converts 8-bit RGB to the YUV and grey that encoders take, about as fast as memory
// can be copied. It is plain C and Go: it needs a C compiler, knows nothing of FFmpeg, and scales
// nothing.
//
//	cfg := rgbyuv.Config{Input: rgbyuv.RGB24, Output: rgbyuv.I420, Matrix: rgbyuv.BT709}
//	c, ok := rgbyuv.New(cfg)
//	c.Convert(dst, src, width, height) // one call of C, no allocation
//
// The caller owns all memory. A call reads src and writes dst, touches no byte outside the picture,
// and keeps no reference. Rows may have any length and alignment. To crop a picture, pass planes
// that begin inside it. Go memory must be pinned.
//
// # Accuracy
//
// Y, Cb and Cr of JPEG become the R, G and B that Go's image/color makes of them, and these are
// converted.
//
// Reference does the same in floating point, by the formulas of ITU-R BT.601-7, BT.709-6 and
// BT.2020-2. No sample differs from it by more than half a step and a hundredth, so a sample may be
// rounded the other way. Greys, including black and white, are exact, with chroma of 128. All
// levels compute the same to the last bit.
//
// # The pass
//
// A picture is read once, two rows at a time if two rows share their chroma. For chroma on the top
// left, the row above is read again. N is the number of bytes of a vector.
//
//	packed row y    ──split──▶ strip: R, G, B ─┐
//	packed row y+1  ──split──▶ strip: R, G, B ─┤   N pixels          ┌─▶ Y of row y    N bytes
//	                                           ├─▶ of both rows ─────┼─▶ Y of row y+1  N bytes
//	planar rows     ──────────in place─────────┤   in registers      └─▶ U and V       N/2 bytes each
//	planar rows' ends ─copied─▶ strips ────────┘
//
// A strip holds up to 4096 pixels, with the pixel before them and copies of the last one behind
// them. So the filters never read outside the picture, and odd widths need no code
// of their own. Whole vectors of planes are read in place, unless the filter looks to the left.
// Pixels that do not fill a vector at the end of a row are computed in a buffer, from which the
// right bytes are copied.
//
// # Levels
//
//	level   file              needs
//	avx512  avx512_amd64.c    AVX-512 F, BW and VBMI
//	avx2    avx2_amd64.c      AVX2
//	base    base.c            SSE2 on amd64, NEON on arm64, nothing elsewhere
//
// Each of these files chooses instructions by a pragma, defines the five operations that plain
// vector arithmetic lacks, and includes kernel.h, which contains all other code. So gcc and clang
// compile the same code, and the table in rgbyuv.c is the only dispatch.
//
// # How to add to it
//
// An input layout of 3 or 4 bytes a pixel: a constant and a row of layouts in config.go. Another
// kind of layout: a case of fetch in kernel.h. An output: a constant, a case of vectors and of
// chroma_bytes, and a row in the table at the end of kernel.h. A level: a file like avx2_amd64.c, a
// row in rgbyuv.c, a constant in level.go and a case in levels. The tests cover all constants.
package rgbyuv
