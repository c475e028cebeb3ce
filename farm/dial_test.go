package farm

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/certtest"
)

// silent is a server that reads and does not answer; it speaks HTTP/2, but not as gRPC does.
func silent(conn net.Conn) {
	if _, secure := conn.(*tls.Conn); !secure {
		_, _ = conn.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // no settings
	}
	_, _ = io.Copy(io.Discard, conn)
}

// TestDialTellsWhatIsInTheWay connects to servers with which something is wrong.
func TestDialTellsWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	ours, others := certtest.New(t), certtest.New(t)
	server := func(t *testing.T, name string, until time.Time, clients tls.ClientAuthType) string {
		return certtest.Listen(t, ours.Server(t, name, until, clients), silent)
	}
	soon := time.Now().Add(time.Hour)
	cases := map[string]struct {
		config func(t *testing.T) DialConfig
		want   string
	}{
		"nobody listens": {func(*testing.T) DialConfig {
			return DialConfig{Address: "127.0.0.1:1"}
		}, "farm: reach the server at 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
		"it wants TLS": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert)}
		}, "it speaks TLS; set TLS"},
		"it has no TLS": {func(t *testing.T) DialConfig {
			return DialConfig{Address: certtest.Listen(t, nil, silent), TLS: true}
		}, "it does not speak TLS; do not set TLS"},
		"signed by an unknown one": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "a.test"}
		}, "set CAFile to a file with the signer's certificate"},
		"signed by another one": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "a.test", CAFile: others.File}
		}, "no certificate in " + others.File + " (CAFile) has signed"},
		"for another name": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "b.test", CAFile: ours.File}
		}, `the server's certificate is not for "b.test"; set ServerName`},
		"expired": {func(t *testing.T) DialConfig {
			return DialConfig{
				Address:    server(t, "a.test", time.Now().Add(-time.Hour), tls.NoClientCert),
				ServerName: "a.test", CAFile: ours.File,
			}
		}, "the server's certificate is not valid: "},
		"it wants a certificate": {func(t *testing.T) DialConfig {
			return DialConfig{
				Address: server(t, "a.test", soon, tls.RequireAndVerifyClientCert), ServerName: "a.test", CAFile: ours.File,
			}
		}, "it wants a client's certificate; set CertFile and KeyFile: remote error: tls: certificate required"},
		"it wants another certificate": {func(t *testing.T) DialConfig {
			c := DialConfig{
				Address: server(t, "a.test", soon, tls.RequireAndVerifyClientCert), ServerName: "a.test", CAFile: ours.File,
			}
			c.CertFile, c.KeyFile = others.Sign(t, "client", soon)
			return c
		}, "it refuses the certificate in "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Dial(t.Context(), c.config(t))
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "farm: reach the server at 127.0.0.1:")
		})
	}
}

// TestDialConfig finds what is wrong in the config before it connects.
func TestDialConfig(t *testing.T) {
	t.Parallel()
	a := certtest.New(t)
	cert, key := a.Sign(t, "client", time.Now().Add(time.Hour))
	_, otherKey := a.Sign(t, "client", time.Now().Add(time.Hour))
	empty := certtest.WriteFile(t, "empty.pem", []byte("no PEM"))
	locked := certtest.WriteFile(t, "locked.pem", certtest.Encode("ENCRYPTED PRIVATE KEY", []byte{1}))
	broken := certtest.WriteFile(t, "broken.pem", certtest.Encode("CERTIFICATE", []byte{1}))
	for name, c := range map[string]struct {
		config DialConfig
		field  string
		want   string
	}{
		"no port":          {DialConfig{Address: "temporal.example"}, "Address", "is not a host with a port"},
		"no host":          {DialConfig{Address: ":7233"}, "Address", "is not a host with a port"},
		"a certificate":    {DialConfig{CertFile: cert}, "CertFile", "set KeyFile, too"},
		"a key":            {DialConfig{KeyFile: key}, "KeyFile", "set CertFile, too"},
		"no file":          {DialConfig{CAFile: cert + "x"}, "CAFile", "no such file"},
		"a folder":         {DialConfig{CAFile: filepath.Dir(cert)}, "CAFile", "is a directory"},
		"no PEM":           {DialConfig{CAFile: empty}, "CAFile", "holds no certificate in PEM"},
		"a key as CA":      {DialConfig{CAFile: key}, "CAFile", "holds no certificate in PEM"},
		"a broken CA":      {DialConfig{CAFile: broken}, "CAFile", "none of its certificates can be read"},
		"exchanged":        {DialConfig{CertFile: key, KeyFile: cert}, "CertFile", "holds no certificate in PEM"},
		"twice the same":   {DialConfig{CertFile: cert, KeyFile: cert}, "KeyFile", "holds no private key in PEM"},
		"another key":      {DialConfig{CertFile: cert, KeyFile: otherKey}, "CertFile", "does not match"},
		"a password":       {DialConfig{CertFile: cert, KeyFile: locked}, "KeyFile", "is protected by a password"},
		"https":            {DialConfig{Address: "https://t.example:7233"}, "Address", `give host and port, "t.example:7233", and set TLS`},
		"HTTPS, a path":    {DialConfig{Address: "HTTPS://t.example/x"}, "Address", `give host and port, such as "t.example:7233", and set TLS`},
		"https, with TLS":  {DialConfig{Address: "https://t.example:1", TLS: true}, "Address", `give host and port, "t.example:1"`},
		"http":             {DialConfig{Address: "http://t.example:7233"}, "Address", `is the address of a page; give host and port, "t.example:7233"`},
		"http, IPv6":       {DialConfig{Address: "http://[::1]:7233/"}, "Address", `"[::1]:7233"`},
		"grpc":             {DialConfig{Address: "grpc://t.example:7233"}, "Address", `give host and port, "t.example:7233"`},
		"a resolver alone": {DialConfig{Address: "dns:///temporal.example"}, "Address", "is not a host with a port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Dial(t.Context(), c.config)
			var config *api.ConfigError
			require.ErrorAs(t, err, &config)
			require.Equal(t, "DialConfig."+c.field, config.Field)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestRenewedCertificate is read for the next connection.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	a := certtest.New(t)
	c := DialConfig{TLS: true}
	c.CertFile, c.KeyFile = a.Sign(t, "old", time.Now().Add(time.Hour))
	config, err := c.withDefaults().tlsConfig()
	require.NoError(t, err)
	name := func() string {
		got, err := config.GetClientCertificate(nil)
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(got.Certificate[0])
		require.NoError(t, err)
		return cert.Subject.CommonName
	}
	require.Equal(t, "old", name())
	cert, key := a.Sign(t, "new", time.Now().Add(time.Hour))
	require.NoError(t, os.Rename(cert, c.CertFile))
	require.Equal(t, "old", name(), "the key is not that of the new one yet")
	require.NoError(t, os.Rename(key, c.KeyFile))
	require.Equal(t, "new", name())
}

// TestDialFlags sets each field.
func TestDialFlags(t *testing.T) {
	t.Parallel()
	var c DialConfig
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	c.Flags(fs)
	require.Equal(t, DialConfig{Address: "localhost:7233", Namespace: "default"}, c)
	require.NoError(t, fs.Parse([]string{
		"-address=a:1", "-namespace=n", "-tls", "-tls-cert=c", "-tls-key=k", "-tls-ca=ca", "-tls-server-name=s",
	}))
	require.Equal(t, DialConfig{
		Address: "a:1", Namespace: "n", TLS: true, CertFile: "c", KeyFile: "k", CAFile: "ca", ServerName: "s",
	}, c)
}
