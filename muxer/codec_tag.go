package muxer

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// preferredTags are the codec's four letters that most players take, where FFmpeg writes others by
// itself.
var preferredTags = map[astiav.CodecID]struct {
	tag     string
	written func(format string) bool
}{
	// Apple's players refuse hev1. The parameter sets are in the header alone then: FFmpeg's muxer
	// takes them out of the stream (ff_hevc_annexb2mp4).
	astiav.CodecIDHevc: {"hvc1", IsMovFamily},
	// Players on Windows and in televisions do not know FMP4.
	astiav.CodecIDMpeg4: {"XVID", func(format string) bool { return format == "avi" }},
}

// chosenByFFmpeg are the codecs whose letters FFmpeg's muxer for mov derives from the pictures,
// whatever it is told (mov_get_codec_tag in movenc.c).
var chosenByFFmpeg = []astiav.CodecID{
	astiav.CodecIDDvvideo, astiav.CodecIDRawvideo, astiav.CodecIDH263, astiav.CodecIDDnxhd, astiav.CodecIDMpeg2Video,
}

// HasTags says whether a container names the codec of a stream by four letters that can be chosen.
func HasTags(format string) bool { return IsMovFamily(format) || format == "avi" }

// Tags are the four letters by which a container may name a codec; nil: FFmpeg takes any, or, where
// choosable is false, chooses them itself.
func Tags(format string, codec astiav.CodecID) (tags []string, choosable bool) {
	if format == "mov" && slices.Contains(chosenByFFmpeg, codec) {
		return nil, false
	}
	return astiavx.CodecTags(format, codec), true
}

// TakesTag says whether a container may name a codec so.
func TakesTag(format string, codec astiav.CodecID, tag string) bool {
	tags, choosable := Tags(format, codec)
	return choosable && (len(tags) == 0 || slices.Contains(tags, tag) || format == "avi" && slices.ContainsFunc(tags, func(t string) bool {
		return strings.EqualFold(t, tag)
	}))
}

// tagIn is what the container is told of the codec's letters: what was asked for, or what most
// players take; "": FFmpeg decides.
func (s Stream) tagIn(format string) string {
	id := s.Codec.CodecID()
	if s.Tag != "" && HasTags(format) {
		return s.Tag
	}
	if p, ok := preferredTags[id]; ok && p.written(format) && slices.Contains(astiavx.CodecTags(format, id), p.tag) {
		return p.tag
	}
	return ""
}
