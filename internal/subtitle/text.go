package subtitle

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Rules say which cues some codecs cannot hold. The zero value allows all.
type Rules struct {
	Alone    bool // two cues are never shown at a time, and a text has at most 65535 bytes
	NoMarkup bool // the codec has markup and no escape, so a text must not look like it
}

// With returns the rules together with others.
func (r Rules) With(others Rules) Rules {
	return Rules{Alone: r.Alone || others.Alone, NoMarkup: r.NoMarkup || others.NoMarkup}
}

// Include says whether every cue that keeps r keeps the others, too.
func (r Rules) Include(others Rules) bool { return r.With(others) == r }

// Normalize returns a text with \n for each line break, and without a line break at its end. If the
// text cannot be a cue of any codec, reason says why.
func Normalize(text string) (normal, reason string) {
	if strings.ContainsRune(text, '\r') {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	text = strings.TrimSuffix(text, "\n")
	switch {
	case strings.TrimSpace(text) == "":
		return "", "needs text that can be seen; to show nothing, leave the cue out"
	case !utf8.ValidString(text):
		return "", "must be UTF-8"
	case strings.ContainsRune(text, 0):
		return "", "must not contain a NUL byte"
	case strings.Contains(text, "-->"):
		return "", `must not contain "-->", which stands between the times of a cue`
	case hasBlankLine(text):
		return "", "must not contain a blank line, which ends a cue; put a no-break space (U+00A0) into it"
	}
	return text, ""
}

func hasBlankLine(text string) bool {
	if !strings.ContainsRune(text, '\n') {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Trim(line, " \t\v\f") == "" {
			return true
		}
	}
	return false
}

// subRipMarkup is what a player may take for markup in SubRip: tags of HTML, known or not, and with
// spaces in them; commands in braces as those of SubStation Alpha and MicroDVD; entities; and line
// breaks and spaces as those of SubStation Alpha. FFmpeg reads these in htmlsubtitles.c and hands
// the rest to a renderer of SubStation Alpha, VLC reads them in subsdec.c.
var subRipMarkup = regexp.MustCompile(`<[A-Za-z/!?]|<[^<>]*>|\{\\|\{.:|&#?[A-Za-z0-9]+;|\\[nNhH]`)

// Check returns why a text breaks the rules; "" if it keeps them.
func (r Rules) Check(text string) (reason string) {
	if r.Alone && len(text) > mostMovText {
		return fmt.Sprintf("has %d bytes, and mov_text holds %d", len(text), mostMovText)
	}
	if !r.NoMarkup || !maybeMarkup(text) {
		return ""
	}
	if found := subRipMarkup.FindString(text); found != "" {
		const reason = "contains %q, which players of subrip take for markup, and subrip has no escape for it; " +
			"set SubtitleConfig.Codec to another codec that the container carries"
		return fmt.Sprintf(reason, found)
	}
	return ""
}

// maybeMarkup says whether subRipMarkup may match. It takes a fraction of the time, and says no to
// most JSON.
func maybeMarkup(text string) bool {
	if strings.ContainsAny(text, `<&\`) {
		return true
	}
	for {
		_, after, found := strings.Cut(text, "{")
		if !found {
			return false
		}
		_, size := utf8.DecodeRuneInString(after)
		if strings.HasPrefix(after[size:], ":") {
			return true
		}
		text = after
	}
}
