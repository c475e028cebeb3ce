package fflog

import (
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/destination"
)

// RedactURL returns a URL without the parts that may be secret: the user and the password, the
// query, and the path. The path stays if the protocol names files by it; in RTMP, for instance, it
// ends in the stream's key. A long URL is shortened.
func RedactURL(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		url = WithoutQuery(url)
		return fault.Shorten(url[strings.LastIndexByte(url, '@')+1:])
	}
	host, path := SplitHost(rest)
	text := scheme + "://" + host[strings.LastIndexByte(host, '@')+1:]
	protocol, _ := destination.FindProtocol(scheme)
	if protocol.NamesFiles {
		text += WithoutQuery(path)
	}
	return fault.Shorten(text)
}

// SplitHost splits the part of a URL after "//" into the host, with user and port, and the rest:
// path, query and fragment.
func SplitHost(s string) (host, rest string) {
	i := strings.IndexAny(s, "/?#")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// WithoutQuery returns the text up to a query or a fragment.
func WithoutQuery(s string) string {
	i := strings.IndexAny(s, "?#")
	if i < 0 {
		return s
	}
	return s[:i]
}
