package container

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"
)

// DispositionError is the error for a word of a disposition that a container cannot say.
type DispositionError struct {
	Word, Reason string
	Containers   []string // well-known ones that can
}

func (e *DispositionError) Error() string { return e.Word + ": " + e.Reason }

// disposition is one of FFmpeg's words for what a stream is for.
type disposition struct {
	word  string
	flag  astiav.DispositionFlag
	kinds []astiav.MediaType // that can have it; nil: all
}

// dispositions are the words that some container has. FFmpeg has others, which its muxers never
// write.
var dispositions = []disposition{
	{"default", astiav.DispositionFlagDefault, nil},
	{"forced", astiav.DispositionFlagForced, nil},
	{"original", astiav.DispositionFlagOriginal, nil},
	{"dub", astiav.DispositionFlagDub, nil},
	{"comment", astiav.DispositionFlagComment, nil},
	{"hearing_impaired", astiav.DispositionFlagHearingImpaired, nil},
	{"visual_impaired", astiav.DispositionFlagVisualImpaired, nil},
	{"descriptions", astiav.DispositionFlagDescriptions, nil},
	{"captions", astiav.DispositionFlagCaptions, []astiav.MediaType{astiav.MediaTypeVideo, astiav.MediaTypeSubtitle}},
	{"lyrics", astiav.DispositionFlagLyrics, nil},
	{"karaoke", astiav.DispositionFlagKaraoke, []astiav.MediaType{astiav.MediaTypeVideo, astiav.MediaTypeAudio}},
	{"clean_effects", astiav.DispositionFlagCleanEffects, []astiav.MediaType{astiav.MediaTypeAudio}},
	{"metadata", astiav.DispositionFlagMetadata, []astiav.MediaType{astiav.MediaTypeSubtitle}},
}

// Dispositions returns the words that a stream of a kind can have in some container.
func Dispositions(kind astiav.MediaType) (words []string) {
	for _, d := range dispositions {
		if d.kinds == nil || slices.Contains(d.kinds, kind) {
			words = append(words, d.word)
		}
	}
	return words
}

// IsDisposition says whether a stream of some kind can have a word in some container.
func IsDisposition(word string) bool {
	return slices.ContainsFunc(dispositions, func(d disposition) bool { return d.word == word })
}

// DispositionFlags returns the flags that FFmpeg has for the words.
func DispositionFlags(words []string) (flags astiav.DispositionFlags) {
	for _, d := range dispositions {
		if slices.Contains(words, d.word) {
			flags = flags.Add(d.flag)
		}
	}
	return flags
}

// CheckDisposition finds the first word that a container cannot say of a stream of this kind.
func CheckDisposition(format string, kind astiav.MediaType, words []string) *DispositionError {
	rule := dispositionRules[format]
	for i, word := range words {
		if !rule.has(kind, word) {
			reason := fmt.Sprintf("%s cannot mark a stream of %s so", format, kindName(kind))
			return newDispositionError(word, reason, sayers(kind, word))
		}
		if other := rule.excludes(word, words[:i]); other != "" {
			reason := fmt.Sprintf("%s cannot mark a stream so and as %q at once", format, other)
			return newDispositionError(word, reason, sayers(kind, other, word))
		}
	}
	return nil
}

func newDispositionError(word, reason string, sayers []string) *DispositionError {
	if len(sayers) > 0 {
		reason += "; take one of these containers"
	}
	return &DispositionError{Word: word, Reason: reason, Containers: sayers}
}

// sayers returns the well-known containers that can say all of these words of a stream.
func sayers(kind astiav.MediaType, words ...string) []string {
	return wellKnownWhere(kind, func(format string) bool {
		rule := dispositionRules[format]
		for i, word := range words {
			if !rule.has(kind, word) || rule.excludes(word, words[:i]) != "" {
				return false
			}
		}
		return true
	})
}

// kindName returns what errors call streams of a kind.
func kindName(kind astiav.MediaType) string {
	switch kind {
	case astiav.MediaTypeVideo:
		return "pictures"
	case astiav.MediaTypeAudio:
		return "sound"
	}
	return "subtitles"
}
