package container

import (
	"errors"
	"slices"
)

// ErrFrontToBack is the error for a container that is unreadable if it is written from front to
// back.
var ErrFrontToBack = errors.New("its header is corrected at the end, which takes a destination that can seek")

// NeedsFileError is the error for a container that FFmpeg reads again when all packets are in it,
// if the destination is not a file.
type NeedsFileError struct {
	Option string // the option that asks for it; "": the container itself needs it
}

func (e *NeedsFileError) Error() string {
	return "FFmpeg reads it again at the end, which takes a file"
}

// needSeeking are the containers that nobody can read unless FFmpeg goes back to correct the
// header. FFmpeg writes them from front to back all the same. The header of webp holds the size of
// the file, which only libwebp_anim knows before the end.
var needSeeking = []string{"aiff", "w64", "webp", "wtv"}

// CheckFinish finds what would only fail at the end of the file.
func (s Spec) CheckFinish() error {
	if !s.CanSeek && slices.Contains(needSeeking, s.Format) {
		return ErrFrontToBack
	}
	if option, again := readsAgain(s.Format, s.Options); again && !s.CanReadAgain {
		return &NeedsFileError{Option: option}
	}
	return nil
}

// readsAgain says whether FFmpeg reads the file again at the end, to make room at its front, and
// which option asks for that; "": the container itself does.
func readsAgain(format string, options map[string]string) (option string, again bool) {
	switch {
	case format == "film_cpk":
		return "", true
	case IsMovFamily(format) && (hasFlag(options["movflags"], "faststart") || hasFlag(options["movflags"], "global_sidx")):
		return "movflags", true
	case format == "flv" && hasFlag(options["flvflags"], "add_keyframe_index"):
		return "flvflags", true
	case (format == "matroska" || format == "webm") && isTrue(options["cues_to_front"]):
		return "cues_to_front", true
	}
	return "", false
}

// isTrue says whether the value of an option switches it on.
func isTrue(value string) bool { return value != "" && value != "0" && value != "false" }
