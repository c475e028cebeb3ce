package upload

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OptionError is the error about an option.
type OptionError struct {
	Name      string
	Reason    string
	Supported []string // values that work, if there is a list
	Err       error    // may be nil
}

func (e *OptionError) Error() string {
	text := e.Name + ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *OptionError) Unwrap() error { return e.Err }

// option is an option that FFmpeg's http, or a protocol below it, also has, with the same name and
// meaning.
type option struct {
	name string
	set  func(c *Config, value string) error // the error is an *OptionError without a name
}

// all are the options, the usual ones first. The other options of FFmpeg are for reading, for
// servers, or would break an upload.
var all = []option{
	{"method", setMethod},
	{"headers", setHeaders},
	{"content_type", setText(func(c *Config) *string { return &c.ContentType })},
	{"user_agent", setText(func(c *Config) *string { return &c.UserAgent })},
	{"timeout", setTimeout},
	{"rw_timeout", setTimeout},
	{"send_expect_100", func(c *Config, value string) error {
		yes, err := parseBool(value)
		c.NoQuestion = !yes
		return err
	}},
	{"http_proxy", setProxy},
	{"tls_verify", func(c *Config, value string) error {
		yes, err := parseBool(value)
		c.tls().InsecureSkipVerify = !yes
		return err
	}},
	{"ca_file", setAuthorities},
	{"cert_file", setText(func(c *Config) *string { return &c.certificate })},
	{"key_file", setText(func(c *Config) *string { return &c.key })},
}

// OptionNames returns the names of the options, the usual ones first.
func OptionNames() []string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.name
	}
	return names
}

// Set sets an option from text. An error is an *OptionError.
func (c *Config) Set(name, value string) error {
	i := slices.IndexFunc(all, func(o option) bool { return o.name == name })
	if i < 0 {
		return &OptionError{Name: name, Reason: "is no option of an upload", Supported: OptionNames()}
	}
	err := all[i].set(c, value)
	if e, ok := errors.AsType[*OptionError](err); ok {
		e.Name = name
	}
	return err
}

// wrong returns an error about the value of an option.
func wrong(reason string, supported ...string) error {
	return &OptionError{Reason: reason, Supported: supported}
}

// uploads are the methods that send something to be stored.
var uploads = []string{http.MethodPost, http.MethodPut, http.MethodPatch}

// withoutBody are methods whose body a server ignores.
var withoutBody = []string{
	http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace,
}

// setMethod also takes methods that are not standard, such as the SOURCE of Icecast.
func setMethod(c *Config, value string) error {
	upper := strings.ToUpper(value)
	switch {
	case !isToken(value):
		return wrong("is no method of HTTP", uploads...)
	case slices.Contains(withoutBody, upper):
		return wrong("is a method that uploads nothing", uploads...)
	case value != upper && slices.Contains(uploads, upper):
		return wrong("is written in capitals", uploads...)
	}
	c.Method = value
	return nil
}

// setText sets a field of the header, or the name of a file.
func setText(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value == "" {
			return wrong("is empty; leave it out for the default")
		}
		if !isValue(value) {
			return wrong("must not contain control characters")
		}
		*field(c) = value
		return nil
	}
}

// setTimeout takes microseconds, as FFmpeg does, or a text that time.ParseDuration reads. FFmpeg's
// -1 is its default: no timeout.
func setTimeout(c *Config, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < -1 || n > int64(time.Duration(1<<63-1)/time.Microsecond) {
			return wrong(`must be a whole number of microseconds, or a duration such as "5s"; 0 is for ever`)
		}
		d = max(time.Duration(n), 0) * time.Microsecond
	}
	if d < 0 {
		return wrong("must not be negative; 0 is for ever")
	}
	c.Timeout = d
	return nil
}

func setProxy(c *Config, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) {
		return wrong(`must be the URL of a proxy, such as "http://host:3128"`)
	}
	c.Proxy = u
	return nil
}

func setAuthorities(c *Config, value string) error {
	text, err := os.ReadFile(value)
	if err != nil {
		return &OptionError{Reason: "must be a file of certificates that are trusted, in PEM", Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return wrong("holds no certificate in PEM")
	}
	c.tls().RootCAs = pool
	return nil
}

func parseBool(value string) (bool, error) {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "on":
		return true, nil
	case "0", "false", "no", "off":
		return false, nil
	default:
		return false, wrong("must be true or false")
	}
}

// managed are fields of the header that net/http sets.
var managed = []string{
	"Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade",
}

// setHeaders takes lines of "Name: value".
func setHeaders(c *Config, value string) error {
	header := http.Header{}
	for line := range strings.SplitSeq(value, "\n") {
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		name, text, found := strings.Cut(line, ":")
		key := http.CanonicalHeaderKey(name)
		switch {
		case !found || !isToken(name):
			return wrong(`must be lines of "Name: value", ended by \r\n`)
		case !isValue(text):
			return wrong("the value of " + key + " has control characters")
		case slices.Contains(managed, key):
			return wrong(key + " follows from how the upload is sent, in chunks, since nobody knows its length; leave it out")
		}
		header.Add(key, strings.TrimSpace(text))
	}
	c.Header = header
	return nil
}

// isToken returns true if s can be the name of a method or of a header field (RFC 9110, section
// 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isValue returns true if s can be the value of a header field.
func isValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
