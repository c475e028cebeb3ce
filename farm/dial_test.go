package farm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{cert, key, write(t, "ca.pem", encode("CERTIFICATE", der))}
}

// sign returns the files of a certificate for a name, and of its key.
func (a authority) sign(t *testing.T, name string, until time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	text, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return write(t, "cert.pem", encode("CERTIFICATE", der)), write(t, "key.pem", encode("PRIVATE KEY", text))
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// listen accepts connections and reads them to their end.
func listen(t *testing.T, config *tls.Config) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address = l.Addr().String()
	if config != nil {
		l = tls.NewListener(l, config)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				if config == nil {
					_, _ = conn.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // HTTP/2: no settings
				}
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-done
	})
	return address
}

// TestDialTellsWhatIsInTheWay connects to servers with which something is wrong.
func TestDialTellsWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	server := func(t *testing.T, name string, until time.Time, clients tls.ClientAuthType) string {
		cert, err := tls.LoadX509KeyPair(ours.sign(t, name, until))
		require.NoError(t, err)
		pool := x509.NewCertPool()
		pool.AddCert(ours.cert)
		return listen(t, &tls.Config{
			Certificates: []tls.Certificate{cert}, ClientAuth: clients, ClientCAs: pool, NextProtos: []string{"h2"},
		})
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
			return DialConfig{Address: listen(t, nil), TLS: true}
		}, "it does not speak TLS; do not set TLS"},
		"signed by an unknown one": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "a.test"}
		}, "set CAFile to a file with the signer's certificate"},
		"signed by another one": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "a.test", CAFile: others.file}
		}, "no certificate in " + others.file + " (CAFile) has signed"},
		"for another name": {func(t *testing.T) DialConfig {
			return DialConfig{Address: server(t, "a.test", soon, tls.NoClientCert), ServerName: "b.test", CAFile: ours.file}
		}, `the server's certificate is not for "b.test"; set ServerName`},
		"expired": {func(t *testing.T) DialConfig {
			return DialConfig{
				Address:    server(t, "a.test", time.Now().Add(-time.Hour), tls.NoClientCert),
				ServerName: "a.test", CAFile: ours.file,
			}
		}, "the server's certificate is not valid: "},
		"it wants a certificate": {func(t *testing.T) DialConfig {
			return DialConfig{
				Address: server(t, "a.test", soon, tls.RequireAndVerifyClientCert), ServerName: "a.test", CAFile: ours.file,
			}
		}, "it wants a client's certificate; set CertFile and KeyFile: remote error: tls: certificate required"},
		"it wants another certificate": {func(t *testing.T) DialConfig {
			c := DialConfig{
				Address: server(t, "a.test", soon, tls.RequireAndVerifyClientCert), ServerName: "a.test", CAFile: ours.file,
			}
			c.CertFile, c.KeyFile = others.sign(t, "client", soon)
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
	a := newAuthority(t)
	cert, key := a.sign(t, "client", time.Now().Add(time.Hour))
	_, otherKey := a.sign(t, "client", time.Now().Add(time.Hour))
	empty := write(t, "empty.pem", []byte("no PEM"))
	locked := write(t, "locked.pem", encode("ENCRYPTED PRIVATE KEY", []byte{1}))
	broken := write(t, "broken.pem", encode("CERTIFICATE", []byte{1}))
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
	a := newAuthority(t)
	c := DialConfig{TLS: true}
	c.CertFile, c.KeyFile = a.sign(t, "old", time.Now().Add(time.Hour))
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
	cert, key := a.sign(t, "new", time.Now().Add(time.Hour))
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
