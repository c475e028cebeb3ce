package farm

import (
	"net"
	"net/url"
	"strings"

	"google.golang.org/grpc/resolver"

	"github.com/avloom/avloom/api"
)

// checkAddress returns an error if gRPC could not resolve the address.
func (c DialConfig) checkAddress() error {
	if reason := c.schemeFault(); reason != "" {
		return &api.ConfigError{Field: "DialConfig.Address", Value: c.Address, Reason: reason}
	}
	host, port, err := net.SplitHostPort(c.target())
	if err != nil || host == "" || port == "" {
		return &api.ConfigError{
			Field: "DialConfig.Address", Value: c.Address, Reason: "is not a host with a port, such as localhost:7233", Err: err,
		}
	}
	return nil
}

// schemeFault says what to give instead of an address that begins as that of a page does, or with
// another scheme that gRPC does not know. "": there is no scheme, or gRPC knows it.
func (c DialConfig) schemeFault() string {
	scheme, rest, ok := strings.Cut(c.Address, "://")
	scheme = strings.ToLower(scheme)
	if !ok || resolver.Get(scheme) != nil {
		return ""
	}
	reason := "begins with a scheme that gRPC does not know; give host and port, "
	if scheme == "http" || scheme == "https" {
		reason = "is the address of a page; give host and port, "
	}
	reason += hostPort(rest)
	if scheme == "https" && !c.TLS {
		reason += ", and set TLS"
	}
	return reason
}

// hostPort returns the host and the port in the rest of a URL, or an example if it has no port.
func hostPort(rest string) string {
	u, err := url.Parse("//" + rest)
	switch {
	case err != nil || u.Hostname() == "":
		return "such as localhost:7233"
	case u.Port() == "":
		return `such as "` + net.JoinHostPort(u.Hostname(), "7233") + `"`
	default:
		return `"` + u.Host + `"`
	}
}
