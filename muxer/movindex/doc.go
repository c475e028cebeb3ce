// Package movindex changes the index of a mov or mp4 file (its moov box) that FFmpeg's muxer has
// written, where that muxer cannot write what is needed: it adds chapters to the index of a file
// that began as fragments, and hides the empty track of a cover.
//
// It works on bytes alone. Package muxer decides when an index is changed, and writes it. Boxes are
// those of ISO/IEC 14496-12 and of Apple's QuickTime File Format; "box" is what the latter calls an
// atom.
package movindex
