package farm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// probeTime bounds the connection that finds out why another one failed.
const probeTime = 3 * time.Second

// explain tells why the server cannot be reached: it connects once more, without gRPC, which hides
// the reason.
func (c DialConfig) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("farm: reach the server at %s: %w", c.Address, context.Cause(ctx))
	}
	if reason := c.probe(context.WithoutCancel(ctx)); reason != nil {
		err = reason
	}
	return fmt.Errorf("farm: reach the server at %s: %w", c.Address, err)
}

// probe returns what is in the way; nil: nothing that it can see.
func (c DialConfig) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.target())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing was sent that matters
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection without one fails below
	}
	if !c.TLS {
		return probePlain(conn)
	}
	config, err := c.tlsConfig()
	if err != nil {
		return err
	}
	return c.explainTLS(handshake(conn, config))
}

// probePlain finds a server that wants TLS.
func probePlain(conn net.Conn) error {
	err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake() // nothing is sent through it
	if err == nil || isAlert(err) {
		return errors.New("it speaks TLS; set TLS, and CAFile if the system does not know who signed its certificate")
	}
	return nil
}

// handshake returns the error of TLS. Version 1.3 refuses a client's certificate only after the
// handshake.
func handshake(conn net.Conn, config *tls.Config) error {
	config.NextProtos = []string{"h2"}
	secure := tls.Client(conn, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	_, err := secure.Read(make([]byte, 1))
	if isAlert(err) {
		return err
	}
	return nil
}

// isAlert returns true if the other side has ended a TLS connection with a reason.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

// explainTLS tells which field would mend an error of TLS.
func (c DialConfig) explainTLS(err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown) && c.CAFile != "":
		return fmt.Errorf("no certificate in %s (CAFile) has signed that of the server: %w", c.CAFile, err)
	case errors.As(err, &unknown):
		return fmt.Errorf("the system does not know who signed the server's certificate; set CAFile to a file "+
			"with the signer's certificate: %w", err)
	case errors.As(err, &name):
		return fmt.Errorf("the server's certificate is not for %q; set ServerName to a name that it has: %w",
			c.serverName(), err)
	case errors.As(err, &invalid):
		return fmt.Errorf("the server's certificate is not valid: %w", err)
	case errors.As(err, &plain), errors.Is(err, io.EOF):
		return fmt.Errorf("it does not speak TLS; do not set TLS, nor files for it: %w", err)
	case isAlert(err) && c.CertFile == "":
		return fmt.Errorf("it wants a client's certificate; set CertFile and KeyFile: %w", err)
	case isAlert(err):
		return fmt.Errorf("it refuses the certificate in %s (CertFile): %w", c.CertFile, err)
	default:
		return err
	}
}
