package muxer

import (
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
)

// laterTimecodes advances the timecodes of a part of a recording to the time at which the part
// begins, counted from the beginning of the recording.
func (c *Config) laterTimecodes(at Moment) {
	if !container.CountsTimecode(c.Format) || at.isZero() {
		return
	}
	c.Streams = slices.Clone(c.Streams)
	first := true
	for i := range c.Streams {
		s := &c.Streams[i]
		if s.FrameRate.Num() <= 0 {
			continue
		}
		if first { // FFmpeg counts the frames of each stream from the timecode of the file
			c.Metadata, first = laterTimecode(c.Metadata, *s, at), false
		}
		s.Metadata = laterTimecode(s.Metadata, *s, at)
	}
}

// laterTimecode returns tags with the timecode that a stream of pictures has at a time.
func laterTimecode(tags map[string]string, s Stream, at Moment) map[string]string {
	later := maps.Clone(tags)
	for key, text := range tags {
		if !strings.EqualFold(key, "timecode") {
			continue
		}
		first, reason := container.ParseTimecode(text, s.FrameRate)
		if reason == "" {
			frames := astiav.RescaleQ(at.Ticks, at.Base, s.FrameRate.Invert())
			later[key] = first.Add(frames).String()
		}
	}
	return later
}
