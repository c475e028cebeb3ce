package container

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

var (
	segmentLength = regexp.MustCompile(`(?m)^#EXTINF:([0-9.]+)`)
	targetLength  = regexp.MustCompile(`(?m)^#EXT-X-TARGETDURATION:\d+$`)
)

// AmendIndex returns what an index must be changed by before it appears; nil: FFmpeg's is right.
func AmendIndex(format string) func(text []byte) []byte {
	if format == "hls" {
		return amendPlaylist
	}
	return nil
}

// amendPlaylist sets the target duration of an HLS playlist to the longest segment, rounded to the
// nearest second and at least 1 (RFC 8216, 4.3.3.1). FFmpeg rounds halves to even, so half a second
// becomes 0, which players refuse, and 2.5 s become 2.
func amendPlaylist(text []byte) []byte {
	longest := 1.0
	for _, m := range segmentLength.FindAllSubmatch(text, -1) {
		seconds, err := strconv.ParseFloat(string(bytes.TrimSpace(m[1])), 64)
		if err == nil {
			longest = max(longest, math.Floor(seconds+0.5))
		}
	}
	return targetLength.ReplaceAll(text, fmt.Appendf(nil, "#EXT-X-TARGETDURATION:%.0f", longest))
}
