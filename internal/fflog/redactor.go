package fflog

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/muxer/destination"
)

const (
	// redacted stands in a text for a secret.
	redacted = "…"
	// shortestSecret is the length, in bytes, from which a secret is looked for. Shorter ones would be
	// found in the middle of harmless texts.
	shortestSecret = 3
	// longestLine is the length, in bytes, to which FFmpeg cuts a line. The cut can go through a
	// secret, and the rest of that secret cannot be found.
	longestLine = 1023
	// longestNumber is the length of the longest number that is no secret, but a size or a time.
	longestNumber = 5
)

// Redactor removes the secrets of one connection from texts: those parts of its URL that RedactURL
// leaves out, and the values of its options.
type Redactor struct {
	url      string
	redacted string   // the URL without secrets
	secrets  []string // the longest first, because it can contain a shorter one
}

// NewRedactor collects the secrets in a URL and in the values of its options. The path of a URL is
// a secret unless the protocol names files by it.
func NewRedactor(address string, options map[string]string) Redactor {
	scheme, _, _ := strings.Cut(address, ":")
	protocol, _ := destination.FindProtocol(scheme)
	s := secrets{}
	_, rest, _ := strings.Cut(address, "://")
	host, rest := SplitHost(rest)
	s.addUser(host)
	path := WithoutQuery(rest)
	if !protocol.NamesFiles {
		s.addPath(path)
	}
	s.addQuery(strings.TrimLeft(strings.TrimPrefix(rest, path), "?#"))
	for _, value := range options {
		s.add(value)
		s.add(strings.Fields(value)...)
	}
	longestFirst := slices.SortedFunc(maps.Keys(s), func(a, b string) int { return len(b) - len(a) })
	return Redactor{url: address, redacted: RedactURL(address), secrets: longestFirst}
}

// Redact returns the text without secrets. If FFmpeg cut the text, its last word is left out, too.
func (r Redactor) Redact(text string) string {
	if len(text) >= longestLine {
		text = text[:strings.LastIndexByte(text, ' ')+1] + redacted
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		found, replacement := r.find(text, i)
		if found == 0 {
			found, replacement = 1, text[i:i+1]
		}
		out.WriteString(replacement)
		i += found
	}
	return out.String()
}

// find returns the length of the URL or the secret that begins in the text at index i, and what
// replaces it. The length is 0 if none begins there.
func (r Redactor) find(text string, i int) (length int, replacement string) {
	if isWholeWord(text, i, r.url) {
		return len(r.url), r.redacted
	}
	for _, secret := range r.secrets {
		if isWholeWord(text, i, secret) {
			return len(secret), redacted
		}
	}
	return 0, ""
}

// isWholeWord reports whether s lies in the text at index i and is not a part of a longer word.
func isWholeWord(text string, i int, s string) bool {
	if s == "" || !strings.HasPrefix(text[i:], s) {
		return false
	}
	end := i + len(s)
	longerBefore := i > 0 && isWordByte(text[i-1]) && isWordByte(s[0])
	longerBehind := end < len(text) && isWordByte(s[len(s)-1]) && isWordByte(text[end])
	return !longerBefore && !longerBehind
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// secrets are texts that a Redactor looks for.
type secrets map[string]bool

// addUser adds the user and the password in front of a host, together and one by one.
func (s secrets) addUser(host string) {
	i := strings.LastIndexByte(host, '@')
	if i < 0 {
		return
	}
	s.add(host[:i])
	s.add(strings.Split(host[:i], ":")...)
}

// addPath adds a path and each of its parts. A part may be the key of a stream, from which FFmpeg
// removes an extension.
func (s secrets) addPath(path string) {
	s.add(path)
	for part := range strings.SplitSeq(path, "/") {
		s.add(part, strings.TrimSuffix(part, filepath.Ext(part)))
	}
}

// addQuery adds a query, the values in it, and the words in it that are not pairs.
func (s secrets) addQuery(query string) {
	s.add(query)
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune("?#&;", r) }) {
		_, value, isPair := strings.Cut(pair, "=")
		if !isPair {
			value = pair
		}
		s.add(value)
	}
}

// add adds texts, as they are and without the escapes of a URL. It leaves out short texts, texts
// that do not fit into a line, and short numbers, which are sizes and times.
func (s secrets) add(texts ...string) {
	for _, text := range texts {
		_, err := strconv.ParseFloat(text, 64)
		if err == nil && len(text) <= longestNumber {
			continue
		}
		plain, err := url.PathUnescape(text)
		if err != nil {
			plain = text
		}
		for _, secret := range []string{text, plain} {
			if shortestSecret <= len(secret) && len(secret) < longestLine {
				// In FFmpeg's lines a question mark stands for bytes that are not UTF-8.
				s[secret], s[strings.ToValidUTF8(secret, "?")] = true, true
			}
		}
	}
}
