package container

import "slices"

// The outputs that consist of many files, by FFmpeg's names of their muxers.
const (
	HLS      = "hls"
	DASH     = "dash"
	Pictures = "image2"
)

// IsFolder says whether an output of this format consists of many files.
func IsFolder(format string) bool { return slices.Contains([]string{HLS, DASH, Pictures}, format) }

// Inside returns the container that the streams are in: that of the segments, if the output
// consists of many files, or else the format itself. What a stream can be depends on it.
func Inside(format string, options map[string]string) string {
	switch {
	case format == HLS && (options["hls_segment_type"] == "mpegts" || options["hls_segment_type"] == "0"):
		return "mpegts"
	case format == HLS, format == DASH:
		return "mp4"
	}
	return format
}
