package fflog

import (
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// ConnectionLines are FFmpeg's lines about a connection, without secrets. They go to a log, and
// into the error of the call in which they were said.
type ConnectionLines struct {
	Redactor redactor
	Log      *astiavx.Log      // nil: none
	Broken   func(error) error // says what an error of an open connection means; nil: it says so itself

	mu   sync.Mutex
	open bool
	said []string // errors, in the call that is under way
}

// mostSaid bounds what is kept of one call.
const mostSaid = 8

// All is where FFmpeg's lines go, but for what it logs to debug: there it shows what it sends, with
// passwords.
func (c *ConnectionLines) All() *astiavx.Log {
	most := astiav.LogLevelError
	if c.Log != nil {
		most = max(most, min(c.Log.Most, astiav.LogLevelInfo))
	}
	return &astiavx.Log{Most: most, To: c.take}
}

func (c *ConnectionLines) take(line astiavx.LogLine) {
	line.Text = c.Redactor.Clean(line.Text)
	if c.Log != nil {
		c.Log.To(line)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if line.Level <= astiav.LogLevelError && len(c.said) < mostSaid {
		c.said = append(c.said, line.Text)
	}
}

// Connected begins what is said about an open connection.
func (c *ConnectionLines) Connected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open, c.said = true, nil
}

// plain are errors of an attempt to connect that say enough by themselves.
var plain = []syscall.Errno{
	syscall.ECONNREFUSED,
	syscall.ECONNRESET,
	syscall.ECONNABORTED,
	syscall.EPIPE,
	syscall.ETIMEDOUT,
	syscall.EHOSTUNREACH,
	syscall.ENETUNREACH,
	syscall.EADDRINUSE,
	syscall.EACCES,
}

// Explain says of an error where the connection leads, and what FFmpeg said in that call. Of nil it
// makes nil, and forgets what was said.
func (c *ConnectionLines) Explain(err error) error {
	said := c.Forget()
	if err == nil {
		return nil
	}
	if c.open && c.Broken != nil && len(said) == 0 {
		err = c.Broken(err)
	}
	var system syscall.Errno
	text := c.Redactor.Clean(err.Error())
	if len(said) > 0 && (c.open || !errors.As(err, &system) || !slices.Contains(plain, system)) {
		text = strings.Join(said, "; ") + ": " + text
	}
	return &connectionError{c.Redactor.shown + ": " + text, err}
}

// Forget returns what was said, each thing once.
func (c *ConnectionLines) Forget() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := slices.Compact(c.said)
	c.said = nil
	return said
}

// HaveBegun says whether a line that was said begins so.
func (c *ConnectionLines) HaveBegun(start string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.said, func(line string) bool { return strings.HasPrefix(line, start) })
}

// connectionError is an error in words that show no secret.
type connectionError struct {
	text string
	err  error
}

func (e *connectionError) Error() string { return e.text }
func (e *connectionError) Unwrap() error { return e.err }

// redactor leaves out of texts what is not to be shown of a connection: of its URL what shown
// leaves out, and the values of its options.
type redactor struct {
	url, shown string
	parts      *regexp.Regexp // the URL and its secret parts; nil: too much to look for
}

// leastSecret is the length from which something is looked for. Shorter parts would be found
// anywhere.
const leastSecret = 3

// NewRedactor finds the secrets in a URL and in the values of its options. A path is a secret
// unless it names a file.
func NewRedactor(address, shown string, namesFiles bool, options map[string]string) redactor {
	var secrets []string
	add := func(all ...string) {
		for _, s := range all {
			if _, err := strconv.ParseFloat(s, 64); err != nil || len(s) > 5 { // sizes and times are none
				secrets = append(secrets, s, unescaped(s))
			}
		}
	}
	_, rest, _ := strings.Cut(address, "://")
	host, rest := SplitHost(rest)
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		add(host[:i])
		add(strings.Split(host[:i], ":")...)
	}
	path := WithoutQuery(rest)
	if !namesFiles { // they may hold a stream's key, which FFmpeg takes an extension off
		add(path)
		for part := range strings.SplitSeq(path, "/") {
			add(part, strings.TrimSuffix(part, filepath.Ext(part)))
		}
	}
	query := strings.TrimLeft(strings.TrimPrefix(rest, path), "?#")
	add(query)
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune("?#&;", r) }) {
		_, value, named := strings.Cut(pair, "=")
		if !named {
			value = pair
		}
		add(value)
	}
	for _, value := range options {
		add(value)
		add(strings.Fields(value)...)
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // what contains another first
	patterns := []string{wholeWord(address)}
	for _, s := range slices.Compact(secrets) {
		if len(s) >= leastSecret && len(s) < longestLine {
			patterns = append(patterns, wholeWord(s))
		}
	}
	parts, _ := regexp.Compile(strings.Join(patterns, "|")) // it fails where it is too long
	return redactor{address, shown, parts}
}

// wholeWord is a pattern for s where it is not a part of a word.
func wholeWord(s string) string {
	isWord := func(c byte) bool { return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }
	pattern := regexp.QuoteMeta(strings.ToValidUTF8(s, ""))
	if s != "" && isWord(s[0]) {
		pattern = `\b` + pattern
	}
	if s != "" && isWord(s[len(s)-1]) {
		pattern += `\b`
	}
	return pattern
}

// longestLine is what FFmpeg cuts a line to, and with it perhaps a secret, which then cannot be
// found.
const longestLine = 1023

func (r redactor) Clean(text string) string {
	if r.parts == nil {
		return "…"
	}
	if len(text) >= longestLine {
		text = text[:strings.LastIndexByte(text, ' ')+1] + "…"
	}
	return r.parts.ReplaceAllStringFunc(text, func(part string) string {
		if part == r.url {
			return r.shown
		}
		return "…"
	})
}

// unescaped is what a part of a URL stands for.
func unescaped(s string) string {
	if text, err := url.PathUnescape(s); err == nil {
		return text
	}
	return s
}
