// Package astiavx is what go-astiav lacks and avloom needs. Each symbol says why it exists. Where go-astiav gains one, the symbol
// here goes.
//
// Go-astiav's objects are reached through their UnsafePointer where they have one, and by name where they have not (codecs,
// container formats).
package astiavx

//#cgo pkg-config: libavcodec libavformat libavutil libswscale
//#include <libavcodec/version.h>
//#include <libavcodec/version_major.h>
//#if LIBAVCODEC_VERSION_MAJOR != 63
//#error avloom needs FFmpeg 9 (libavcodec 63), and found another; provide it with: eval "$(bash scripts/ffmpeg.sh env)"
//#endif
import "C"
