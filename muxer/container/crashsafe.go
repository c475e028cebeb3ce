package container

import (
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"
)

// hybridFormats are the containers of FFmpeg's mov muxer that can begin as fragments. The muxer has
// another layout for PSP and Smooth Streaming, and AVIF holds pictures.
var hybridFormats = []string{"mov", "mp4", "ipod", "3gp", "3g2", "f4v"}

// clusterFormats are the containers that can be read up to the last packet that was written out.
var clusterFormats = []string{"matroska", "webm", "mpegts"}

// flushEachPacket makes a muxer write out each packet.
var flushEachPacket = map[string]string{"flush_packets": "1"}

// CanBeCrashSafe says whether this file can be written so that a killed process leaves it readable,
// but for its last half second.
func (s Spec) CanBeCrashSafe() bool { return s.crashSafety() != nil }

// crashSafety returns the options that make the file crash-safe; nil if that is impossible.
func (s Spec) crashSafety() map[string]string {
	switch {
	case slices.Contains(hybridFormats, s.Format):
		if !s.CanSeek || setsLayout(s.Options) || !s.canDescribeAll() {
			return nil
		}
		options, flags := maps.Clone(flushEachPacket), s.Options["movflags"]
		options["movflags"] = flags + hybridFlags
		if !strings.Contains(flags, omitOffsets) {
			options["movflags"] += "+" + omitOffsets
		}
		return options
	case slices.Contains(clusterFormats, s.Format):
		return flushEachPacket
	}
	return nil
}

// addCrashSafety adds these options to all others. Of the program's own it adds to movflags alone,
// whose flags do not decide the layout here.
func (s Spec) addCrashSafety(options map[string]string) {
	for name, value := range s.crashSafety() {
		if _, set := s.Options[name]; !set || name == "movflags" {
			options[name] = value
		}
	}
}

// needPacket are the codecs that FFmpeg's mov muxer can describe in an index only after a packet.
var needPacket = []astiav.CodecID{astiav.CodecIDAc3, astiav.CodecIDEac3, astiav.CodecIDTruehd}

// NeedsSample says whether the container can describe sound of this codec only after a packet of
// it. If it is written from front to back, it needs a packet of silence for that
// (muxer.Stream.Sample).
func NeedsSample(format string, codec astiav.CodecID) bool {
	return IsMovFamily(format) && slices.Contains(needPacket, codec)
}

// canDescribeAll says whether an index of the streams can be written at any time. If one of several
// streams needs a packet first, and is never fed, the index cannot be written even at the end.
func (s Spec) canDescribeAll() bool {
	needs := func(codec astiav.CodecID) bool { return NeedsSample(s.Format, codec) }
	return len(s.Codecs) < 2 || !slices.ContainsFunc(s.Codecs, needs)
}
