package muxer

import (
	"maps"
	"slices"
)

// movFamily are the containers that FFmpeg's mov muxer writes.
var movFamily = []string{"mov", "mp4", "ipod", "3gp", "3g2", "psp", "f4v", "ismv", "avif"}

// IsMovFamily says whether FFmpeg's mov muxer writes this container.
func IsMovFamily(format string) bool { return slices.Contains(movFamily, format) }

// fragments makes the mov muxer write front to back: half-second fragments, behind a header that waits for the first of them,
// since only then the start times of all tracks (B-frames, priming) are known.
var fragments = map[string]string{
	"movflags":      "frag_keyframe+delay_moov+default_base_moof",
	"frag_duration": "500000",
}

// optionsFor adds to the caller's options what the container needs for this destination. What the caller said stays.
func optionsFor(format string, options map[string]string, canSeek bool) map[string]string {
	all := map[string]string{"fflags": "+bitexact"} // or matroska and ogg put random numbers into the file
	if !canSeek {
		all["flush_packets"] = "1"
		if _, said := options["movflags"]; !said && IsMovFamily(format) {
			maps.Copy(all, fragments)
		}
	}
	maps.Copy(all, options)
	return all
}
