package farm

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKey is how long the key of a file may be, in bytes. S3 takes 1,024, of which a file system's
// temporary name needs some.
const maxKey = 900

// keyForm follows what keyFault says.
const keyForm = "; a key is names with a slash between them"

// keyFault returns why a text is no key that each kind of store takes, folders, too, or "". A store
// may refuse names that are long.
func keyFault(text string, most int) string {
	unprintable := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
	switch {
	case len(text) > most:
		return fmt.Sprintf("has more than %d bytes", most)
	case !utf8.ValidString(text):
		return "is not UTF-8"
	case unprintable >= 0:
		r, _ := utf8.DecodeRuneInString(text[unprintable:])
		return fmt.Sprintf("has a character that cannot be printed (%q)", r)
	case strings.Contains(text, `\`):
		return "has a backslash, which is no part of a name"
	case strings.HasPrefix(text, "/"), text == "":
		return "begins with a slash"
	case strings.HasSuffix(text, "/"):
		return "ends with a slash"
	}
	return nameFault(text)
}

// nameFault returns which of the names in a key is wrong, or "".
func nameFault(key string) string {
	for name := range strings.SplitSeq(key, "/") {
		switch name {
		case "":
			return "has an empty name between two slashes"
		case ".":
			return `has the name "."`
		case "..":
			return `has the name "..", which leads out of the store`
		}
	}
	return ""
}
