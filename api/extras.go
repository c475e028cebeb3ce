package api

import (
	"bytes"
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// Chapters adds chapters to the file, which players list and jump to. They are given in the order
// of their times, and must not overlap. Several Chapters options add up.
//
// mp4, mov, m4a, mkv, webm, mp3, ogg, opus, flac, nut, aiff and asf hold chapters. For any other
// container, and for Folder, Open returns a *ConfigError that lists those which can. mkv, webm,
// nut, mp3 and aiff keep both times of a chapter. In mp4, mov, m4a, ogg, opus, flac and asf, a
// chapter lasts until the next one begins; in mp4, mov and m4a the last one ends at its End. A
// logger is told if other times were given.
//
// In mp4, mov and m4a, chapters that begin after the end of the file are left out, and a logger is
// told. The last one ends with the file at the latest. Each is a track of text, which QuickTime and
// phones read, and an entry in a list, which most other players read. A file that is written front
// to back, or whose process was killed, has the list alone, which holds 255 chapters with titles of
// 255 bytes. The other containers are told their chapters before the length of the file is known:
// chapters beyond its end stay in it, and a logger is told.
func Chapters(c ...Chapter) OutputOption {
	return func(o *Output) {
		for _, one := range c {
			o.config.Chapters = append(o.config.Chapters, plan.Chapter(one))
		}
	}
}

// Chapter is a part of the file.
type Chapter struct {
	Start time.Duration // when it begins, since the beginning of the file; not before 0
	End   time.Duration // when it ends; after Start. It may be later than the end of the file
	Title string        // what players show; UTF-8, "" is allowed
}

// CoverArt is the picture that players show for the file: the bytes of a PNG or JPEG file. They are
// in the file as they are.
//
// mp4, m4a, mkv, mka, mp3, flac, ogg, opus, aiff and f4v hold a cover. For any other container, mov
// and webm among them, Open returns a *ConfigError that lists those which can. So it does for mp4
// with FormatOptions{"movflags": "use_metadata_tags"}, because FFmpeg drops the cover then. Each
// part of a recording in parts has the cover. A cover is no stream of pictures: the indexes of the
// program's streams stay as they are.
func CoverArt(image []byte) OutputOption {
	return func(o *Output) { o.config.CoverArt = append([]byte{}, image...) }
}

// Attach puts files into the file: fonts for subtitles, the configuration of a simulation. Only
// Matroska (mkv and mka) holds attachments. For any other container, Open returns a *ConfigError.
// Several Attach options add up.
func Attach(a ...Attachment) OutputOption {
	return func(o *Output) {
		for _, one := range a {
			one.Data = bytes.Clone(one.Data)
			o.config.Attachments = append(o.config.Attachments, plan.Attachment(one))
		}
	}
}

// Attachment is a file within an output.
type Attachment struct {
	Name string // a plain file name, of which each attachment has its own: "config.json"
	MIME string // its media type: "application/json", "font/ttf", "application/octet-stream"
	Data []byte // its bytes, which are copied; at least one, at most 256 MiB
}
