package farm

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/avloom/avloom/api"
)

// tlsConfig reads the files.
func (c DialConfig) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.serverName()}
	if c.CAFile != "" {
		text, err := readPEM("CAFile", c.CAFile, "CERTIFICATE")
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, badFile("CAFile", c.CAFile, "none of its certificates can be read", nil)
		}
	}
	if c.CertFile == "" {
		return config, nil
	}
	first, err := c.certificate()
	if err != nil {
		return nil, err
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if renewed, err := c.certificate(); err == nil {
			return renewed, nil
		}
		return first, nil // while the files are being replaced
	}
	return config, nil
}

// certificate reads the client's certificate.
func (c DialConfig) certificate() (*tls.Certificate, error) {
	cert, err := readPEM("CertFile", c.CertFile, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	key, err := readPEM("KeyFile", c.KeyFile, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, badFile("CertFile", c.CertFile, "cannot be used with the key in "+c.KeyFile, err)
	}
	return &pair, nil
}

// readPEM reads a file that must have a block whose type ends in kind.
func readPEM(field, name, kind string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, badFile(field, name, "cannot be read", err)
	}
	for rest := text; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil:
			reason := fmt.Sprintf("holds no %s in PEM (-----BEGIN … %s-----)", strings.ToLower(kind), kind)
			return nil, badFile(field, name, reason, nil)
		case strings.HasSuffix(block.Type, "ENCRYPTED "+kind), block.Headers["DEK-Info"] != "":
			return nil, badFile(field, name, "is protected by a password; give a file without one", nil)
		case strings.HasSuffix(block.Type, kind):
			return text, nil
		}
	}
}

func badFile(field, name, reason string, err error) error {
	return &api.ConfigError{Field: "DialConfig." + field, Value: name, Reason: reason, Err: err}
}
