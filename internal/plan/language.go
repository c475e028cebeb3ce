package plan

import (
	"strings"

	"golang.org/x/text/language"

	"github.com/avloom/avloom/internal/fault"
)

// whyNoLanguage returns why a word is no language as containers hold it; "": it is one. They hold
// the three small letters of ISO 639 (mp4 has five bits for each), and FFmpeg would write "und" for
// others, or another language.
func whyNoLanguage(word string) string {
	base, err := language.ParseBase(word)
	if err == nil && len(word) == 3 && word == strings.ToLower(word) {
		return ""
	}
	if len(word) == 3 && word == strings.ToLower(word) {
		return "ISO 639 has no such language"
	}
	const reason = `must be a language as three small letters of ISO 639, such as "eng", "deu" or "cmn"`
	if err != nil {
		tag, err := language.Parse(word) // such as pt-BR
		if err != nil || word == "" {
			return reason
		}
		base, _ = tag.Base()
	}
	return reason + fault.Question(base.ISO3())
}
