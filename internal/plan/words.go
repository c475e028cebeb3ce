package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// checkWords returns an error for tags, or a disposition, that no stream of this kind can have in
// any container.
func checkWords(kind astiav.MediaType, tags map[string]string, disposition []string) error {
	return fault.First(checkMetadata(tags), checkStreamTags(tags), checkDisposition(kind, disposition))
}

// checkWords checks the words about the stream.
func (p *Video) checkWords() error {
	return checkWords(astiav.MediaTypeVideo, p.Config.Metadata, p.Config.Disposition)
}

// checkStreamTags returns an error for a language that is none, and for a tag without a value,
// which containers drop.
func checkStreamTags(tags map[string]string) error {
	for key, value := range tags {
		e := &fault.ConfigError{Field: "Metadata[" + key + "]", Value: value}
		switch {
		case strings.EqualFold(key, "language"):
			e.Reason = whyNoLanguage(value)
		case value == "":
			e.Reason = "is empty; leave the tag out"
		}
		if e.Reason != "" {
			return e
		}
	}
	return nil
}

// contradictions are words that cannot both be true of one stream.
var contradictions = [][2]string{{"original", "dub"}, {"captions", "descriptions"}}

// elsewhere are words of FFmpeg that are no dispositions here, and why.
var elsewhere = map[string]string{
	"attached_pic":     "a stream of pictures is not a cover; give the cover to the output, with CoverArt",
	"timed_thumbnails": noWriter,
	"non_diegetic":     noWriter,
	"dependent":        noWriter,
	"still_image":      noWriter,
	"multilayer":       noWriter,
}

const noWriter = "no container that FFmpeg writes can say it"

// checkDisposition returns an error for a word that is none, or that no stream of this kind can
// have, for one that is given twice, and for words that contradict each other.
func checkDisposition(kind astiav.MediaType, words []string) error {
	known := container.Dispositions(kind)
	for i, word := range words {
		e := &fault.ConfigError{Field: "Disposition", Value: word}
		switch {
		case elsewhere[word] != "":
			e.Reason, e.Supported = elsewhere[word], known
		case container.IsDisposition(word) && !slices.Contains(known, word):
			e.Reason, e.Supported = "is for streams of another kind", known
		case !slices.Contains(known, word):
			e.Reason, e.Supported = "there is no such word"+fault.DidYouMean(word, known), known
		case slices.Contains(words[:i], word):
			e.Reason = "is given twice"
		default:
			e.Reason = contradiction(word, words[:i])
		}
		if e.Reason != "" {
			return e
		}
	}
	return nil
}

// contradiction returns why a word cannot stand beside earlier ones; "": it can.
func contradiction(word string, earlier []string) string {
	for _, pair := range contradictions {
		for _, other := range earlier {
			if pair == [2]string{word, other} || pair == [2]string{other, word} {
				return fmt.Sprintf("contradicts %q", other)
			}
		}
	}
	return ""
}

// CheckWords returns an error for a tag, or a word of the disposition, that the container would
// drop from a stream of this kind. The caller has added the options of all streams.
func (t *Output) CheckWords(kind astiav.MediaType, tags map[string]string, disposition []string) error {
	name := t.Container.Name
	if e := container.CheckStreamTags(name, t.MuxerOptions, kind, tags, t.Config.Metadata); e != nil {
		return &fault.ConfigError{
			Field: "Metadata[" + e.Key + "]", Value: tags[e.Key], Reason: e.Reason, Supported: e.Kept,
		}
	}
	if e := container.CheckDisposition(name, kind, disposition); e != nil {
		return &fault.ConfigError{Field: "Disposition", Value: e.Word, Reason: e.Reason, Supported: e.Containers}
	}
	return nil
}
