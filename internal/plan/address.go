package plan

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer/destination"
)

// address is a URL to write to, as far as avloom has to understand it. FFmpeg reads the rest.
type address struct {
	URL      string
	Protocol destination.Protocol
	path     string // behind the host, without a query
}

// parseAddress finds the protocol of a URL, and refuses what leads to a file, or would be read as
// something else.
func parseAddress(text string) (address, error) {
	e := &fault.ConfigError{Field: "url", Value: fflog.RedactURL(text), Supported: destination.Protocols()}
	scheme, rest, ok := strings.Cut(text, ":")
	protocol, known := destination.FindProtocol(scheme)
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		e.Reason, e.Supported = "must not contain spaces or control characters; write them as %20 and the like", nil
	case !ok:
		e.Reason = "names no protocol; begin with one and \"://\", or open a file with File"
	case scheme == "file":
		e.Reason = "is a file; open it with File, by its path"
	case scheme == "rtp" || scheme == "rtsp":
		e.Reason = scheme + " takes a muxer that makes connections of its own; take another protocol, such as srt"
	case scheme == "ftp":
		e.Reason = "FFmpeg's ftp does not hear whether the server has kept what it got; take http, or Writer with what an FTP library writes to"
	case !known:
		e.Reason = fmt.Sprintf(
			"there is no protocol %q to write to%s",
			fault.Shorten(scheme),
			fault.DidYouMean(scheme, destination.Protocols()),
		)
	case !strings.HasPrefix(rest, "//") && scheme != "unix":
		e.Reason, e.Supported = fmt.Sprintf("must begin with \"%s://\"", scheme), nil
	case protocol.Uploads && !canBeAsked(text):
		e.Reason, e.Supported = "is no address of a server; write special characters as %25 and the like", nil
	default:
		_, path := fflog.SplitHost(strings.TrimPrefix(rest, "//"))
		return address{URL: text, Protocol: protocol, path: fflog.WithoutQuery(path)}, nil
	}
	return address{}, e
}

// canBeAsked says whether net/http can send a request to a URL.
func canBeAsked(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != ""
}

// Redacted is the URL without what may be a secret.
func (a *address) Redacted() string { return fflog.RedactURL(a.URL) }
