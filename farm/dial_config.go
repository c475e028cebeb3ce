package farm

import (
	"flag"
	"log/slog"
	"net"
	"strings"

	"go.temporal.io/sdk/client"

	"github.com/avloom/avloom/api"
)

// DialConfig says where a Temporal server is and how to reach it. The zero value is a server on
// this machine without TLS.
type DialConfig struct {
	// Address is host and port, and may be one that gRPC resolves (dns:///host:port). "":
	// localhost:7233.
	Address string
	// Namespace must exist on the server. "": default.
	Namespace string
	// TLS encrypts the connection. It is on, too, if one of the following is set.
	TLS bool
	// CertFile and KeyFile are the client's certificate and its private key, in PEM, for a server that
	// wants one (mTLS). They are read anew for each connection, so they can be renewed while the
	// program runs. "": none.
	CertFile, KeyFile string
	// CAFile has the certificates, in PEM, of those that the server's certificate may be signed by.
	// "": those that the system trusts.
	CAFile string
	// ServerName is the name that the server's certificate must have. "": the host of Address.
	ServerName string
	// Metrics shows the metrics of Temporal's SDK. nil: they are not counted.
	Metrics *Metrics
	// Log gets what Temporal's SDK logs. nil: it is not logged.
	Log *slog.Logger
}

// Flags adds a flag for each field to fs, with the present values as defaults.
func (c *DialConfig) Flags(fs *flag.FlagSet) {
	*c = c.withDefaults()
	fs.StringVar(&c.Address, "address", c.Address, "host and port of the Temporal server")
	fs.StringVar(&c.Namespace, "namespace", c.Namespace, "namespace on the server")
	fs.BoolVar(&c.TLS, "tls", c.TLS, "use TLS; any of the other flags for TLS does so, too")
	fs.StringVar(&c.CertFile, "tls-cert", c.CertFile, "PEM file with the client's certificate")
	fs.StringVar(&c.KeyFile, "tls-key", c.KeyFile, "PEM file with the private key of the client's certificate")
	fs.StringVar(&c.CAFile, "tls-ca", c.CAFile,
		"PEM file with the certificates that sign the server's (default: the system's)")
	fs.StringVar(&c.ServerName, "tls-server-name", c.ServerName,
		"name that the server's certificate must have (default: the host of the address)")
}

func (c DialConfig) withDefaults() DialConfig {
	if c.Address == "" {
		c.Address = client.DefaultHostPort
	}
	if c.Namespace == "" {
		c.Namespace = client.DefaultNamespace
	}
	c.TLS = c.TLS || c.CertFile != "" || c.KeyFile != "" || c.CAFile != "" || c.ServerName != ""
	return c
}

func (c DialConfig) check() error {
	if err := c.checkAddress(); err != nil {
		return err
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		field, other := "CertFile", "KeyFile"
		if c.CertFile == "" {
			field, other = other, field
		}
		return &api.ConfigError{
			Field: "DialConfig." + field, Value: c.CertFile + c.KeyFile,
			Reason: "a certificate and its private key belong together; set " + other + ", too",
		}
	}
	return nil
}

// target returns host and port without the name of a resolver.
func (c DialConfig) target() string {
	if _, rest, ok := strings.Cut(c.Address, "://"); ok {
		return rest[strings.Index(rest, "/")+1:]
	}
	return c.Address
}

// serverName returns the name that the server's certificate must have.
func (c DialConfig) serverName() string {
	if c.ServerName != "" {
		return c.ServerName
	}
	host, _, _ := net.SplitHostPort(c.target()) // check has done it
	return host
}
