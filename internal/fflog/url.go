package fflog

import (
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/destination"
)

// ShownURL leaves out of a URL what may be a secret: the user and password, the query, and a path,
// which of RTMP ends in the stream's key, unless it names a file.
func ShownURL(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		url = WithoutQuery(url)
		return fault.Shorten(url[strings.LastIndexByte(url, '@')+1:])
	}
	host, path := SplitHost(rest)
	shown := scheme + "://" + host[strings.LastIndexByte(host, '@')+1:]
	if protocol, _ := destination.FindProtocol(scheme); protocol.NamesFiles {
		shown += WithoutQuery(path)
	}
	return fault.Shorten(shown)
}

// SplitHost divides what follows "//" into the host, with user and port, and the rest.
func SplitHost(s string) (host, rest string) {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func WithoutQuery(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		return s[:i]
	}
	return s
}
