package container

import "maps"

// MuxerOptions returns the program's options, with those that FFmpeg's muxer needs for this
// container and destination. An option of the program is kept as it is, but movflags, which may be
// added to.
func (s Spec) MuxerOptions() map[string]string {
	options := map[string]string{"fflags": "+bitexact"} // or matroska and ogg write random numbers
	if !s.CanSeek {
		options["flush_packets"] = "1"
		if s.Format == "flv" { // or FFmpeg logs at the end that it cannot correct the header
			options["flvflags"] = "no_duration_filesize"
		}
	}
	if s.Format == "wav" && s.CanSeek {
		options["rf64"] = "auto" // or the header is wrong above 4 GiB
	}
	maps.Copy(options, s.Options)
	switch {
	case s.CanSeek || !IsMovFamily(s.Format) || setsLayoutFlags(s.Options):
	case setsLayout(s.Options):
		options["movflags"] += fragmentFlagsOfFFmpeg
	default:
		options["movflags"] += fragmentFlags
	}
	if s.CrashSafe {
		s.addCrashSafety(options)
	}
	return options
}
