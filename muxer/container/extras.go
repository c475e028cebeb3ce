package container

import (
	"maps"
	"slices"
	"time"

	"github.com/asticode/go-astiav"
)

// Extras are what a file carries besides its streams and its tags.
type Extras struct {
	Chapters    []Chapter // in the order of their times
	Cover       *Cover    // nil: none
	Attachments []Attachment
}

// Chapter is a part of the file that players can jump to.
type Chapter struct {
	Start, End time.Duration
	Title      string
}

// Cover is the picture that players show for the file.
type Cover struct {
	Data          []byte         // a whole PNG or JPEG file
	Codec         astiav.CodecID // PNG or MJPEG
	Width, Height int
	Depth         int // bits of a pixel
}

// Attachment is a file within the file.
type Attachment struct {
	Name, MIME string
	Data       []byte
}

// ExtraError is the error for something that a container cannot carry.
type ExtraError struct {
	Option string // "Chapters", "CoverArt" or "Attach"
	Reason string
	Others []string // the containers that can; nil: another setting is in the way
}

func (e *ExtraError) Error() string { return e.Option + ": " + e.Reason }

// Check finds the first thing that a container, written with these options, cannot carry. canSeek:
// FFmpeg may go back in what it has written.
func (x Extras) Check(format string, options map[string]string, canSeek bool) *ExtraError {
	checks := []func(string, map[string]string, bool) *ExtraError{x.checkChapters, x.checkCover, x.checkAttachments}
	for _, check := range checks {
		if err := check(format, options, canSeek); err != nil {
			return err
		}
	}
	return nil
}

// options returns the options that FFmpeg's muxer needs to write the extras.
func (x Extras) options(format string) map[string]string {
	all := map[string]string{}
	if len(x.Chapters) > 0 {
		maps.Copy(all, chapterRules[format].options)
	}
	if x.Cover != nil {
		maps.Copy(all, coverRules[format].options)
	}
	return all
}

// conflicting returns the first option of the program that has another value than the one that is
// needed, and that value; "": there is none.
func conflicting(options, needed map[string]string) (name, value string) {
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		if set, ok := options[name]; ok && set != needed[name] {
			return name, needed[name]
		}
	}
	return "", ""
}

// BytesAhead bounds how many bytes the extras take in a header or an index.
func (x Extras) BytesAhead() int {
	sum := 0
	for _, c := range x.Chapters {
		sum += 2*len(c.Title) + 256
	}
	if x.Cover != nil {
		sum += len(x.Cover.Data)
	}
	return sum
}
