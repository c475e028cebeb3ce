package container

import (
	"slices"
	"strings"
)

// movFamily are the containers that FFmpeg's mov muxer writes.
var movFamily = []string{"mov", "mp4", "ipod", "3gp", "3g2", "psp", "f4v", "ismv", "avif"}

// IsMovFamily says whether FFmpeg's mov muxer writes this container.
func IsMovFamily(format string) bool { return slices.Contains(movFamily, format) }

// fragmentFlags make the mov muxer write from front to back, in fragments that package muxer cuts.
// The index waits for the first fragment, since only then the start times of all tracks are known
// (B-frames, priming).
const fragmentFlags = "+frag_custom+delay_moov+default_base_moof"

// fragmentFlagsOfFFmpeg are fragmentFlags for a program whose options say how long a fragment is.
// FFmpeg cuts the fragments then.
const fragmentFlagsOfFFmpeg = "+frag_keyframe+delay_moov+default_base_moof"

// hybridFlags make the mov muxer write fragments, which package muxer cuts, and turn the file into
// an ordinary one at its end. The index waits for the first fragment, as with fragmentFlags.
const hybridFlags = "+hybrid_fragmented+delay_moov+frag_custom"

// omitOffsets spares bytes: the data of a fragment follows its header, so no offset is needed.
const omitOffsets = "omit_tfhd_offset"

// Movflags that package muxer sets while it writes.
const (
	// MarkDiscontinuity makes the mov muxer take the next packet of each stream as one after a gap.
	MarkDiscontinuity = "+frag_discont"
	// EndFragments makes the mov muxer treat a file that began with fragments as one without. It is
	// FF_MOV_FLAG_FRAGMENT of FFmpeg's movenc.h, which has no name among movflags.
	EndFragments = "-2"
	// LeaveListOut makes the mov muxer write no list of chapters (chpl).
	LeaveListOut = "+disable_chpl"
)

// layoutOptions are the options of the mov muxer that say how a file is laid out. A program that
// sets one, or a flag that is not among harmlessFlags, decides the layout alone.
var layoutOptions = []string{
	"frag_duration", "frag_size", "frag_interleave", "min_frag_duration", "moov_size",
	"encryption_scheme", "ism_lookahead",
}

// harmlessFlags are the movflags that leave the layout as it is.
var harmlessFlags = []string{
	"use_metadata_tags", "disable_chpl", "prefer_icc", "write_colr", "write_gama",
	"default_base_moof", "omit_tfhd_offset", "skip_sidx", "skip_trailer",
}

// setsLayout says whether the program's options decide how an mp4 file is laid out.
func setsLayout(options map[string]string) bool {
	for _, name := range layoutOptions {
		if options[name] != "" {
			return true
		}
	}
	return setsLayoutFlags(options)
}

// setsLayoutFlags says whether the program's movflags decide how an mp4 file is laid out.
func setsLayoutFlags(options map[string]string) bool {
	isSign := func(r rune) bool { return r == '+' || r == '-' }
	flags := strings.FieldsFunc(options["movflags"], isSign)
	return slices.ContainsFunc(flags, func(flag string) bool { return !slices.Contains(harmlessFlags, flag) })
}

// fragmentingFlags are the movflags that make FFmpeg's mov muxer write fragments (mov_init in
// movenc.c).
var fragmentingFlags = []string{
	"frag_keyframe", "frag_custom", "frag_every_frame", "empty_moov", "delay_moov", "hybrid_fragmented",
	"dash", "cmaf", "isml", "global_sidx",
}

// fragmentingOptions are the options of the mov muxer that make it write fragments.
var fragmentingOptions = []string{"frag_duration", "frag_size", "frag_interleave", "ism_lookahead"}

// isFragmented says whether the program's options make FFmpeg's mov muxer write fragments.
func isFragmented(options map[string]string) bool {
	return slices.ContainsFunc(fragmentingOptions, func(name string) bool { return isTrue(options[name]) }) ||
		slices.ContainsFunc(fragmentingFlags, func(flag string) bool { return hasFlag(options["movflags"], flag) })
}

// hasFlag says whether a value such as "+a-b+c" sets a flag. If the value names a flag twice, the
// last one counts.
func hasFlag(value, flag string) bool {
	set := max(
		strings.LastIndex("+"+value+"+", "+"+flag+"+"),
		strings.LastIndex("+"+value+"-", "+"+flag+"-"),
	)
	return set >= 0 && set >= strings.LastIndex("+"+value, "-"+flag)
}
