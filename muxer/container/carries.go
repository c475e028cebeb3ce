package container

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// coverFormats are audio containers in which pictures are covers: FFmpeg's muxers drop all pictures
// of a stream but one.
var coverFormats = []string{"aiff", "flac", "mp3"}

// lostInMatroska are codecs that have a tag in AVI, but whose headers Matroska loses.
var lostInMatroska = []astiav.CodecID{astiav.CodecIDAvui, astiav.CodecIDSvq1}

// onlyInMP4 are codecs that FFmpeg's muxer takes in mp4, but not in mov (mov_init in movenc.c).
var onlyInMP4 = []astiav.CodecID{
	astiav.CodecIDVp9, astiav.CodecIDFlac, astiav.CodecIDOpus, astiav.CodecIDTruehd,
}

// Carries returns whether the container can hold streams of this codec. If known is false, only an
// attempt to write a header tells.
func Carries(format string, codec astiav.CodecID) (can, known bool) {
	if codec.MediaType() == astiav.MediaTypeVideo && slices.Contains(coverFormats, format) {
		return false, true
	}
	if format == "mov" && slices.Contains(onlyInMP4, codec) {
		return false, true
	}
	can, known = astiavx.QueryCodec(format, codec)
	// Matroska also holds every codec that has a tag in AVI (V_MS/VFW/FOURCC).
	if format == "matroska" && !can && !slices.Contains(lostInMatroska, codec) {
		return astiavx.QueryCodec("avi", codec)
	}
	return can, known
}

// streamed are the codecs that players of HLS and DASH may know.
var streamed = []astiav.CodecID{
	astiav.CodecIDH264, astiav.CodecIDHevc, astiav.CodecIDVvc, astiav.CodecIDAv1, astiav.CodecIDVp9,
	astiav.CodecIDMpeg4, astiav.CodecIDMpeg2Video,
	astiav.CodecIDAac, astiav.CodecIDMp3, astiav.CodecIDMp2, astiav.CodecIDAc3, astiav.CodecIDEac3,
	astiav.CodecIDOpus, astiav.CodecIDFlac, astiav.CodecIDAlac, astiav.CodecIDDts,
}

// CanStream says whether players of HLS and DASH may know a codec. For other formats it is true.
// Mp4, which is in the segments, holds many more.
func CanStream(format string, codec astiav.CodecID) bool {
	return format != HLS && format != DASH || slices.Contains(streamed, codec)
}
