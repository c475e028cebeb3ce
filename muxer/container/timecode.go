package container

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/asticode/go-astiav"
)

// Timecode is a time of recording, counted in frames (SMPTE ST 12-1). The zero value is no
// timecode.
type Timecode struct {
	frame int64 // since 00:00:00:00
	fps   int64 // how many frame numbers a second has
	drop  bool  // frame numbers are left out, so that 29.97 frames per second keep to the clock
}

// withTimecode are the containers that have a track or a field for a timecode. Others keep it as a
// text, or not at all.
var withTimecode = []string{"mov", "mp4", "mxf", "mxf_opatom", "gxf", "dv", "avi"}

// CountsTimecode says whether the container counts a timecode in frames.
func CountsTimecode(format string) bool { return slices.Contains(withTimecode, format) }

// timecodeForm is a timecode as a text: hours, minutes, seconds, separator, frames.
var timecodeForm = regexp.MustCompile(`^(\d{1,2}):(\d{1,2}):(\d{1,2})([:;.])(\d{1,4})$`)

// ParseTimecode returns the timecode of a text such as "10:00:00:00", for pictures of a rate. With
// ";" or "." in front of the frames it is a drop-frame timecode. reason: why there is no such
// timecode at this rate; "" if there is.
func ParseTimecode(text string, rate astiav.Rational) (t Timecode, reason string) {
	found := timecodeForm.FindStringSubmatch(text)
	if found == nil {
		return Timecode{}, "is no time code, such as 10:00:00:00"
	}
	h, m, s, f := count(found[1]), count(found[2]), count(found[3]), count(found[5])
	t = Timecode{fps: (int64(rate.Num()) + int64(rate.Den())/2) / max(1, int64(rate.Den())), drop: found[4] != ":"}
	switch {
	case h > 23 || m > 59 || s > 59:
		return Timecode{}, "must be from 00:00:00:00 to 23:59:59 and the last frame"
	case t.fps < 1:
		return Timecode{}, "needs pictures at 1 frame per second or more"
	case f >= t.fps:
		return Timecode{}, fmt.Sprintf("counts frames from 00 to %02d at %g frames per second", t.fps-1, rate.Float64())
	case t.drop && t.fps%30 != 0:
		const text = "is a drop-frame time code, which is for 29.97 frames per second or 59.94; write %02d:%02d:%02d:%02d"
		return Timecode{}, fmt.Sprintf(text, h, m, s, f)
	case t.drop && s == 0 && m%10 != 0 && f < t.dropped():
		const text = "does not exist: a drop-frame time code leaves out the first %d frames of this minute"
		return Timecode{}, fmt.Sprintf(text, t.dropped())
	}
	t.frame = (h*3600+m*60+s)*t.fps + f
	if t.drop {
		minutes := h*60 + m
		t.frame -= t.dropped() * (minutes - minutes/10)
	}
	return t, ""
}

// count returns the number of some digits.
func count(digits string) (n int64) {
	for _, d := range digits {
		n = 10*n + int64(d-'0')
	}
	return n
}

// dropped returns how many numbers are left out at the beginning of each minute, but for every
// tenth.
func (t Timecode) dropped() int64 { return t.fps / 15 }

// Add returns the timecode so many frames later. After a day it begins anew.
func (t Timecode) Add(frames int64) Timecode {
	t.frame += frames
	return t
}

// String returns the timecode as FFmpeg's muxers read it.
func (t Timecode) String() string {
	day := 24 * 3600 * t.fps
	separator, tens := ":", 600*t.fps-9*t.dropped() // frames of ten minutes
	if t.drop {
		day, separator = 144*tens, ";"
	}
	n := (t.frame%day + day) % day
	if t.drop {
		n = t.withDropped(n, tens)
	}
	return fmt.Sprintf("%02d:%02d:%02d%s%02d", n/(3600*t.fps), n/(60*t.fps)%60, n/t.fps%60, separator, n%t.fps)
}

// withDropped returns a number of frames with those numbers that are left out before it.
func (t Timecode) withDropped(frames, tens int64) int64 {
	minute := 60*t.fps - t.dropped()
	rest := frames % tens
	minutes := int64(0) // of the ten, after the first, which is a whole one
	if rest >= 60*t.fps {
		minutes = (rest - t.dropped()) / minute
	}
	return frames + t.dropped()*(9*(frames/tens)+minutes)
}
