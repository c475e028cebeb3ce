package plan

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer/destination"
)

// address is a URL to write to, with the parts that avloom needs. FFmpeg parses the rest.
type address struct {
	URL      string
	Protocol destination.Protocol
	path     string // after the host, without the query
}

// parseAddress finds the protocol of a URL. It returns an error for a URL that leads to a file, and
// for one that FFmpeg or net/http would not read as it is meant.
func parseAddress(text string) (address, error) {
	e := &fault.ConfigError{Field: "url", Value: fflog.RedactURL(text), Supported: destination.Protocols()}
	scheme, rest, ok := strings.Cut(text, ":")
	protocol, known := destination.FindProtocol(scheme)
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		e.Reason, e.Supported = "must not contain spaces or control characters; escape them, a space as %20", nil
	case !ok:
		e.Reason = "names no protocol; begin with one and \"://\", or open a file with File"
	case scheme == "file":
		e.Reason = "is a file; open it with File, by its path"
	case scheme == "rtp" || scheme == "rtsp":
		e.Reason = scheme + " needs a muxer that opens its own connections; take another protocol, such as srt"
	case scheme == "ftp":
		e.Reason = "FFmpeg's ftp does not check whether the server has stored the file; " +
			"take http, or Writer with the writer of an FTP library"
	case !known:
		reason := fmt.Sprintf("there is no protocol %q to write to", fault.Shorten(scheme))
		e.Reason = reason + fault.DidYouMean(scheme, destination.Protocols())
	case !strings.HasPrefix(rest, "//") && scheme != "unix":
		e.Reason, e.Supported = fmt.Sprintf("must begin with \"%s://\"", scheme), nil
	case protocol.Uploads && !isServer(text):
		e.Reason, e.Supported = "is not the address of a server; escape special characters, a percent sign as %25", nil
	default:
		_, path := fflog.SplitHost(strings.TrimPrefix(rest, "//"))
		return address{URL: text, Protocol: protocol, path: fflog.WithoutQuery(path)}, nil
	}
	return address{}, e
}

// isServer says whether net/http can send a request to a URL.
func isServer(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != ""
}

// Redacted returns the URL without the parts that may contain a secret, for errors and logs.
func (a *address) Redacted() string { return fflog.RedactURL(a.URL) }
