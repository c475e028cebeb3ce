package ffmpeg

//#cgo pkg-config: libavcodec
//#include <libavcodec/version.h>
//#include <libavcodec/version_major.h>
//#if LIBAVCODEC_VERSION_MAJOR != 63
//#error avloom needs FFmpeg 9 (libavcodec 63), and found another; provide it with: bash scripts/ffmpeg.sh setup
//#endif
import "C"
