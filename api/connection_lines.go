package api

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// connectionLines are FFmpeg's lines about a connection, without secrets. They go to a log; and those that say why there is none, into the error.
type connectionLines struct {
	address *address
	log     *astiavx.Log // nil: none

	mu   sync.Mutex
	open bool
	said []string // errors, until it is open
}

func (c *connectionLines) all() *astiavx.Log {
	most := astiav.LogLevelError
	if c.log != nil {
		most = max(most, c.log.Most)
	}
	return &astiavx.Log{Most: most, To: c.take}
}

func (c *connectionLines) take(line astiavx.LogLine) {
	line.Text = c.address.withoutSecrets(line.Text)
	if c.log != nil {
		c.log.To(line)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open && line.Level <= astiav.LogLevelError {
		c.said = append(c.said, line.Text)
	}
}

func (c *connectionLines) connected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open, c.said = true, nil
}

// explain adds to an error what FFmpeg said, where the error itself says no more than that something went wrong.
func (c *connectionLines) explain(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var system syscall.Errno
	if len(c.said) == 0 || errors.As(err, &system) && system != syscall.EIO {
		return err
	}
	return fmt.Errorf("%s: %w", strings.Join(slices.Compact(c.said), "; "), err)
}

// leastSecret is the length from which a part of a URL is looked for in FFmpeg's lines. Shorter ones would be found in words.
const leastSecret = 3

// withoutSecrets leaves out of a text what shown leaves out of the URL.
func (a *address) withoutSecrets(text string) string {
	text = strings.ReplaceAll(text, a.url, a.shown())
	_, rest, _ := strings.Cut(a.url, "://")
	host, rest := splitHost(rest)
	user, _, _ := cutLast(host, "@")
	secrets := append(strings.Split(user, ":"), user)
	path := withoutQuery(rest)
	if !a.protocol.NamesFiles {
		secrets = append(append(secrets, strings.Split(path, "/")...), path)
	}
	query := strings.TrimPrefix(rest, path)
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune("?#&;", r) }) {
		_, value, _ := strings.Cut(pair, "=")
		secrets = append(secrets, value)
	}
	secrets = append(secrets, strings.TrimLeft(query, "?#"))
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // what contains another first
	for _, secret := range secrets {
		for _, form := range []string{secret, unescaped(secret)} {
			if len(form) >= leastSecret {
				text = strings.ReplaceAll(text, form, "…")
			}
		}
	}
	return text
}

// cutLast is strings.Cut at the last separator; without one, all is behind it.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return "", s, false
}

// unescaped is what a part of a URL stands for.
func unescaped(s string) string {
	if text, err := url.PathUnescape(s); err == nil {
		return text
	}
	return s
}
