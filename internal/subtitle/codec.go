package subtitle

import (
	"strings"

	"github.com/asticode/go-astiav"
)

// Codec is a way to write text.
type Codec struct {
	Name   string // of FFmpeg
	ID     astiav.CodecID
	Header []byte // goes beside the stream; nil: there is none
	Rules  Rules
	write  func(to []byte, text string, count int) []byte
}

// codecs are all codecs. The headers are shared and never changed.
var codecs = []*Codec{
	{Name: "mov_text", ID: astiav.CodecIDMovText, Header: movTextHeader(), Rules: Rules{Alone: true}, write: movText},
	{Name: "subrip", ID: astiav.CodecIDSubrip, Rules: Rules{NoMarkup: true}, write: plain},
	{Name: "webvtt", ID: astiav.CodecIDWebvtt, write: webVTT},
	{Name: "ass", ID: astiav.CodecIDAss, Header: []byte(assHeader), write: ass},
}

// Names returns the names of all codecs.
func Names() (names []string) {
	for _, c := range codecs {
		names = append(names, c.Name)
	}
	return names
}

// Find returns the codec of a name; nil: there is none.
func Find(name string) *Codec {
	for _, c := range codecs {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// ByID returns the codec of an id; nil: there is none.
func ByID(id astiav.CodecID) *Codec {
	for _, c := range codecs {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Write appends a text to a slice, as the data of the packet of a cue. The text must keep the rules
// of the codec. count is how many cues the stream had before.
func (c *Codec) Write(to []byte, text string, count int) []byte { return c.write(to, text, count) }

func plain(to []byte, text string, _ int) []byte { return append(to, text...) }

// webVTTEscapes are the characters that begin or end markup in WebVTT.
var webVTTEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func webVTT(to []byte, text string, _ int) []byte { return append(to, webVTTEscapes.Replace(text)...) }
