package container

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// preferredTags are the codec tags that most players accept, where FFmpeg would write others.
var preferredTags = map[astiav.CodecID]struct {
	tag     string
	applies func(format string) bool
}{
	// Apple's players refuse hev1. With hvc1 the parameter sets are in the header alone: FFmpeg's
	// muxer takes them out of the stream (ff_hevc_annexb2mp4).
	astiav.CodecIDHevc: {"hvc1", IsMovFamily},
	// Players on Windows and in televisions do not know FMP4.
	astiav.CodecIDMpeg4: {"XVID", func(format string) bool { return format == "avi" }},
}

// chosenByFFmpeg are the codecs whose tag FFmpeg's muxer for mov derives from the pictures. It
// ignores any other tag (mov_get_codec_tag in movenc.c).
var chosenByFFmpeg = []astiav.CodecID{
	astiav.CodecIDDvvideo, astiav.CodecIDRawvideo, astiav.CodecIDH263,
	astiav.CodecIDDnxhd, astiav.CodecIDMpeg2Video,
}

// HasCodecTags says whether the container names the codec of a stream by four letters that can be
// chosen.
func HasCodecTags(format string) bool { return IsMovFamily(format) || format == "avi" }

// CodecTags returns the four letters by which a container may name a codec; nil if FFmpeg takes
// any. If FFmpeg chooses them, choosable is false.
func CodecTags(format string, codec astiav.CodecID) (tags []string, choosable bool) {
	if format == "mov" && slices.Contains(chosenByFFmpeg, codec) {
		return nil, false
	}
	return astiavx.CodecTags(format, codec), true
}

// TakesCodecTag says whether a container may name a codec by this tag. AVI takes capital and small
// letters for the same.
func TakesCodecTag(format string, codec astiav.CodecID, tag string) bool {
	tags, choosable := CodecTags(format, codec)
	switch {
	case !choosable:
		return false
	case len(tags) == 0 || slices.Contains(tags, tag):
		return true
	}
	return format == "avi" && slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) })
}

// CodecTag returns the tag that the container is given for a codec: the program's wish, or the one
// that most players accept. If it is "", FFmpeg decides.
func CodecTag(format string, codec astiav.CodecID, wish string) string {
	if wish != "" && HasCodecTags(format) {
		return wish
	}
	p, ok := preferredTags[codec]
	if ok && p.applies(format) && slices.Contains(astiavx.CodecTags(format, codec), p.tag) {
		return p.tag
	}
	return ""
}
