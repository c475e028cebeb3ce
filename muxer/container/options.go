package container

import "maps"

// movieClock is how many ticks a second has in the part of a mov file that says when a stream
// begins, if pictures carry their own times. Each tick of such a stream is a whole number of them.
// FFmpeg's 1000 would round the time of the first picture.
const movieClock = "180000"

// addTimes adds the options for pictures that carry their own times.
func (s Spec) addTimes(options map[string]string) {
	switch {
	case IsMovFamily(s.Format):
		options["movie_timescale"] = movieClock
	case s.Format == "apng": // or the last picture is shown for as long as the one before
		options["final_delay"] = s.Irregular.Invert().String()
	}
}

// MuxerOptions returns the program's options, with those that FFmpeg's muxer needs for this
// container and destination. An option of the program is kept as it is, but movflags, which may be
// added to.
func (s Spec) MuxerOptions() map[string]string {
	if IsFolder(s.Format) {
		return s.folderOptions()
	}
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
	if s.Irregular.Num() > 0 {
		s.addTimes(options)
	}
	maps.Copy(options, s.Extras.options(s.Format))
	maps.Copy(options, s.Options)
	s.addSurface(options)
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
