package container

import "slices"

// inOrder are the containers whose muxers take packets in the order of their decoding times alone.
// Otherwise FFmpeg's muxer for ASF ends the process (an assertion in flush_packet of asfenc.c).
var inOrder = []string{"asf", "asf_stream"}

// sideBySide are the containers that have a place for sound beside each picture and nowhere else,
// so that their muxers fail if one comes without the other.
var sideBySide = []string{"dv", "mxf", "mxf_d10", "gxf", "swf", "avm2"}

// programStreams are the containers that FFmpeg's MPEG-PS muxer writes.
var programStreams = []string{"mpeg", "vcd", "svcd", "dvd", "vob"}

// fromZero are the containers whose times begin at 0.
var fromZero = []string{"mpegts", "flv", "nut"}

// TakesOrderOnly says whether FFmpeg's muxer cannot take a packet that is earlier than one before
// it. Packets then wait for other streams without a limit of time, and one that comes too late all
// the same is an error.
func TakesOrderOnly(format string) bool { return slices.Contains(inOrder, format) }

// HoldsSideBySide says whether sound and pictures have to be fed together. Packets then wait for
// other streams without a limit of time.
func HoldsSideBySide(format string) bool { return slices.Contains(sideBySide, format) }

// WaitsForStreams says whether FFmpeg's muxer writes nothing before every stream has a pack full of
// data, but for subtitles (output_packet in mpegenc.c). The muxer looks at the kind of a stream
// nowhere else once the header has been written.
func WaitsForStreams(format string) bool { return slices.Contains(programStreams, format) }

// BeginsAtZero says whether the times of the container begin at 0. FFmpeg then moves the times of
// all streams, by as much as the first packet needs. That is too little if another stream, which
// has had no packet yet, begins before 0: MPEG-TS would wrap around, and the muxers of FLV and NUT
// refuse the packet.
func BeginsAtZero(format string) bool { return slices.Contains(fromZero, format) }

// ShowsFromZero says whether the times at which the container's packets are shown begin at 0,
// priming excepted, whatever the times at which they are decoded.
func ShowsFromZero(format string) bool { return format == "matroska" || format == "webm" }

// RefusesEarlier says whether FFmpeg's muxer refuses each packet that is earlier than its first
// one.
func RefusesEarlier(format string) bool { return format == "flv" }
