package container

import (
	"maps"
	"slices"

	"github.com/asticode/go-astiav"
)

// subtitleCodecs are FFmpeg's names of the codecs of text that a container carries, the usual one
// first. All other containers carry none: FFmpeg's muxers for NUT and ASF take text too, but few
// players look for it there.
var subtitleCodecs = map[string][]string{
	"mp4": {"mov_text"}, "mov": {"mov_text"}, "ipod": {"mov_text"}, "3gp": {"mov_text"}, "3g2": {"mov_text"},
	"matroska": {"subrip", "ass", "webvtt"},
	"webm":     {"webvtt"},
	"srt":      {"subrip"}, "webvtt": {"webvtt"}, "ass": {"ass"},
}

// SubtitleCodecs returns the codecs of text that a container carries, the usual one first.
func SubtitleCodecs(format string) []string { return subtitleCodecs[format] }

// SubtitleContainers returns the containers that carry a codec of text, or any if codec is "".
func SubtitleContainers(codec string) (formats []string) {
	for _, format := range slices.Sorted(maps.Keys(subtitleCodecs)) {
		if codec == "" || slices.Contains(subtitleCodecs[format], codec) {
			formats = append(formats, format)
		}
	}
	return formats
}

// NeedsGaps says whether text of a codec needs packets without text from one cue to the next. Those
// of mov_text last until the next packet.
func NeedsGaps(codec astiav.CodecID) bool { return codec == astiav.CodecIDMovText }

// TextTag is the tag of mov_text in all containers of the mov family. FFmpeg would take another one
// in mov, that of QuickTime's older text, for the same header, which is none of it.
const TextTag = "tx3g"

// TellsLater says whether FFmpeg's mov muxer writes its index after the header, so that what it is
// told of a stream may change until then.
func TellsLater(options map[string]string) bool {
	flags := options["movflags"]
	if hasFlag(flags, "delay_moov") {
		return true
	}
	return !slices.ContainsFunc([]string{"empty_moov", "cmaf", "isml", "dash"}, func(flag string) bool {
		return hasFlag(flags, flag)
	})
}
