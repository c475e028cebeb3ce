package api

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// SubtitleConfig describes a stream of subtitles. The zero value of a field means its default.
type SubtitleConfig struct {
	// Codec is how containers hold the text: "mov_text" (mp4, mov, m4v, 3gp), "subrip" (mkv, srt),
	// "webvtt" (webm, mkv, vtt) or "ass" (mkv, ass). "": what the container takes: mov_text, subrip in
	// mkv and srt, webvtt in webm and vtt, ass in ass. Each of several outputs gets its own then, so
	// an mp4 and an mkv file can be written at once. Other containers carry no subtitles; HLS, DASH
	// and MPEG-TS are among them.
	//
	// A file of text alone (srt, vtt, ass) holds one stream of subtitles and nothing else.
	Codec string
	// Metadata are tags of the stream: {"language": "eng", "title": "for the hard of hearing"}.
	Metadata map[string]string
	// Disposition says what the stream is for, in FFmpeg's words: "default", "forced",
	// "hearing_impaired", "captions". nil: players do not show the stream unless they are asked to.
	Disposition []string
}

// Cue is a text, and when it is shown.
type Cue struct {
	// Start and End are times in the file, in the clock of the other streams. They are rounded to the
	// nearest 1/90000 s, and then to the container's clock: a millisecond in mkv, webm, srt and vtt, a
	// hundredth of a second in ass files. Start is at least 0, and End after it.
	Start, End time.Duration
	// Text is plain text: every character is shown as it is. What the codec would take for markup is
	// escaped. Subrip has no escape, so a text that its players would change is a *ConfigError there:
	// tags such as <b>, commands such as {\an8}, entities such as &amp;, and \n or \h. In ass a
	// backslash before a letter that would make a command of it is followed by a word joiner (U+2060),
	// which has no width.
	//
	// Line breaks (\n, \r\n, \r) are kept; one at the end is left out. Blank lines, "-->", NUL bytes,
	// text that is not UTF-8, and a text in which there is nothing to see are a *ConfigError, as is
	// one of more than 65535 bytes in mov_text.
	Text string
}

// checkBeyondEnd returns an error for a cue that begins when all streams of pictures and sound, of
// which there is one at least, have ended.
func (e *Encoder) checkBeyondEnd(start time.Duration) error {
	others := 0
	for _, s := range e.streams { // which do not change while the encoder is open
		if _, text := s.(*SubtitleStream); text {
			continue
		}
		if !s.isEnded() {
			return nil
		}
		others++
	}
	if others == 0 {
		return nil
	}
	end := e.mediaEnd()
	if start < end {
		return nil
	}
	reason := fmt.Sprintf("is beyond the end: the pictures and the sound of this encoder end at %v", end)
	return &fault.ConfigError{Field: "Start", Value: start, Reason: reason}
}

// mediaEnd returns when the last stream of pictures or sound ends, as far as they were fed.
func (e *Encoder) mediaEnd() (end time.Duration) {
	for _, t := range e.Stats().Streams {
		if t.Kind != "subtitles" {
			end = max(end, t.Fed)
		}
	}
	return end
}
