package upload

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Config describes an upload.
type Config struct {
	Method      string        // "": POST
	Header      http.Header   // further header fields; Host is that of the request
	ContentType string        // "": that of Header, else application/octet-stream
	UserAgent   string        // "": that of Header, else avloom
	Timeout     time.Duration // of each step: to connect and be let in, to send one Write, to answer. 0: none
	Proxy       *url.URL      // nil: the proxy that the environment names
	TLS         *tls.Config   // nil: the system's certificates
	NoQuestion  bool          // send the body without asking whether the server takes it

	certificate, key string // files, until complete
}

// defaultAgent is the default User-Agent.
const defaultAgent = "avloom"

// questionTimeout is how long an upload waits for the server to say that it wants the body, before
// it sends the body without an answer. curl waits as long.
const questionTimeout = time.Second

// Parse makes a Config of options in text, and checks them together. Its error is an *OptionError.
func Parse(options map[string]string) (Config, error) {
	var c Config
	for _, o := range all { // in a fixed order
		value, given := options[o.name]
		if !given {
			continue
		}
		if err := c.Set(o.name, value); err != nil {
			return Config{}, err
		}
	}
	if err := checkConflicts(options, c.Header); err != nil {
		return Config{}, err
	}
	return c, c.loadCertificate()
}

// checkConflicts checks whether an option is given in two ways.
func checkConflicts(options map[string]string, header http.Header) error {
	for _, pair := range [][2]string{{"content_type", "Content-Type"}, {"user_agent", "User-Agent"}} {
		if _, given := options[pair[0]]; given && header.Get(pair[1]) != "" {
			return &OptionError{Name: pair[0], Reason: fmt.Sprintf("headers has a %s too; give one of the two", pair[1])}
		}
	}
	_, timeout := options["timeout"]
	if _, also := options["rw_timeout"]; timeout && also {
		return &OptionError{Name: "rw_timeout", Reason: "timeout is set too, and means the same; give one of the two"}
	}
	return nil
}

// loadCertificate reads the certificate by which the server recognises the client, which consists
// of two files.
func (c *Config) loadCertificate() error {
	switch {
	case c.certificate == "" && c.key == "":
		return nil
	case c.key == "":
		return &OptionError{Name: "cert_file", Reason: "takes the key that belongs to the certificate, in key_file"}
	case c.certificate == "":
		return &OptionError{Name: "key_file", Reason: "takes the certificate that belongs to the key, in cert_file"}
	}
	pair, err := tls.LoadX509KeyPair(c.certificate, c.key)
	if err != nil {
		return &OptionError{Name: "cert_file", Reason: "does not make a pair with key_file", Err: err}
	}
	c.tls().Certificates = []tls.Certificate{pair}
	return nil
}

// tls returns the configuration of TLS, for the caller to change.
func (c *Config) tls() *tls.Config {
	if c.TLS == nil {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return c.TLS
}

// transport returns the transport of one upload.
func (c *Config) transport(connections *connections) *http.Transport {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: connections.dial,
		TLSClientConfig: c.TLS, ForceAttemptHTTP2: true,
		DisableKeepAlives: true, DisableCompression: true,
		ExpectContinueTimeout: questionTimeout,
	}
	if c.Proxy != nil {
		t.Proxy = http.ProxyURL(c.Proxy)
	}
	return t
}

// header returns the header of the first request to a URL.
func (c *Config) header(to *url.URL) http.Header {
	h := c.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	set := func(key, value, otherwise string) {
		if value == "" && h.Get(key) == "" {
			value = otherwise
		}
		if value != "" {
			h.Set(key, value)
		}
	}
	set("Content-Type", c.ContentType, "application/octet-stream")
	set("User-Agent", c.UserAgent, defaultAgent)
	if !c.NoQuestion {
		h.Set("Expect", "100-continue")
	}
	authorize(h, to)
	return h
}

// authorize adds the user of a URL to the header.
func authorize(h http.Header, to *url.URL) {
	if to.User == nil || h.Get("Authorization") != "" {
		return
	}
	password, _ := to.User.Password()
	r := http.Request{Header: h}
	r.SetBasicAuth(to.User.Username(), password)
}
