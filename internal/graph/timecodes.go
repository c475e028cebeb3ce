package graph

import (
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
)

// checkTimecodes returns an error for a timecode that does not exist at the frame rate of the
// pictures, in a container that counts frames. FFmpeg would leave it out or count on from a wrong
// frame.
func checkTimecodes(t *target, streams []muxer.Stream) error {
	if !container.CountsTimecode(t.Container.Name) {
		return nil
	}
	for i, s := range streams {
		if s.FrameRate.Num() <= 0 {
			continue
		}
		if err := checkTimecode(t.Config.Metadata, s); err != nil {
			return err
		}
		if err := checkTimecode(s.Metadata, s); err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

func checkTimecode(tags map[string]string, s muxer.Stream) error {
	for key, text := range tags {
		if !strings.EqualFold(key, "timecode") {
			continue
		}
		if _, reason := container.ParseTimecode(text, s.FrameRate); reason != "" {
			return &fault.ConfigError{Field: "Metadata[" + key + "]", Value: text, Reason: reason}
		}
	}
	return nil
}
