package container

import (
	"fmt"
	"math"
)

// SizeError says that a container is full. The file is finished: it holds everything that came
// before, and readers see all of it.
type SizeError struct {
	Format string
	Most   int64 // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s holds %d bytes at most: the file is finished and holds everything before this packet; "+
		"for more write wav, w64, caf, mkv or mp4", e.Format, e.Most)
}

// mostBytes are the containers that have too few bits for their size. FFmpeg goes on beyond the
// limit and writes a wrong size, which other readers believe.
var mostBytes = map[string]SizeLimit{
	"aiff": math.MaxUint32,     // aiff_write_trailer in aiffenc.c
	"swf":  math.MaxUint32,     // swf_write_trailer in swfenc.c
	"avm2": math.MaxUint32,     // the same
	"rm":   math.MaxUint32,     // rv10_write_header in rmenc.c
	"mmf":  math.MaxUint32,     // end_tag_be in mmf.c
	"apm":  math.MaxUint32,     // apm_write_trailer in apm.c
	"kvag": math.MaxUint32,     // kvag_write_trailer in kvag.c
	"rso":  math.MaxUint16 + 8, // rso_write_trailer in rsoenc.c, which does not count its header
	"wav":  math.MaxUint32,     // wav_write_trailer in wavenc.c, if rf64 is never
}

// trailerRoom is how many bytes a container may write behind its last packet: tags, an index.
const trailerRoom = 1 << 20

// SizeLimit is how many bytes a file may have; 0: there is no limit.
type SizeLimit int64

// SizeLimit returns how large this file may become.
func (s Spec) SizeLimit() SizeLimit {
	rf64 := s.MuxerOptions()["rf64"]
	if s.Format == "wav" && (!s.CanSeek || rf64 != "never" && rf64 != "0") {
		return 0 // the header says that the size is unknown, or becomes that of RF64
	}
	return mostBytes[s.Format]
}

// Fits says whether a file whose packets end at this offset stays within the limit, with its
// trailer. Small containers have none.
func (l SizeLimit) Fits(end int64) bool {
	if l == 0 {
		return true
	}
	if l < 16*trailerRoom {
		return end <= int64(l)
	}
	return end+trailerRoom <= int64(l)
}
