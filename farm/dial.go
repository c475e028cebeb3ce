package farm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/avloom/avloom/api"
)

// Dial connects to a Temporal server and checks that the namespace is there. A wrong field of cfg
// is an *api.ConfigError. Where the server cannot be reached, the error tells what is in the way:
// that nobody listens, or what is wrong with TLS. The caller closes the client.
//
// A program that needs more options calls Temporal's client.Dial itself.
func Dial(ctx context.Context, cfg DialConfig) (client.Client, error) {
	cfg = cfg.withDefaults()
	options, err := cfg.options()
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, options)
	if isLate(err) && ctx.Err() == nil && cfg.probe(ctx) == nil { // somebody is there, and slow
		options.ConnectionOptions.GetSystemInfoTimeout = slowAnswer
		c, err = client.DialContext(ctx, options)
	}
	if err != nil {
		return nil, cfg.explain(ctx, err)
	}
	if err := checkNamespace(ctx, c, cfg.Namespace); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// slowAnswer is how long the server's first answer may take. The SDK gives it five seconds, which a
// machine that starts much at once may need; more are given only to a server that can be reached.
const slowAnswer = 30 * time.Second

func (c DialConfig) options() (client.Options, error) {
	if err := c.check(); err != nil {
		return client.Options{}, err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	o := client.Options{
		HostPort: c.Address, Namespace: c.Namespace, Logger: sdklog.NewStructuredLogger(log),
		Identity: clientIdentity(),
	}
	if c.Metrics != nil {
		o.MetricsHandler = c.Metrics.SDK()
	}
	if c.TLS {
		var err error
		o.ConnectionOptions.TLS, err = c.tlsConfig()
		return o, err
	}
	return o, nil
}

// clientIdentity names the program in Temporal's page.
func clientIdentity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), filepath.Base(os.Args[0]))
}

// checkNamespace returns an error if the server says that the namespace is not there. A server may
// forbid to ask.
func checkNamespace(ctx context.Context, c client.Client, namespace string) error {
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	var missing *serviceerror.NamespaceNotFound
	var invalid *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &missing), errors.As(err, &invalid):
		return &api.ConfigError{
			Field: "DialConfig.Namespace", Value: namespace, Err: err,
			Reason: `the server has no such namespace; create it with "temporal operator namespace create", or name another`,
		}
	case ctx.Err() != nil:
		return fmt.Errorf("farm: ask the server for the namespace %q: %w", namespace, context.Cause(ctx))
	default:
		return nil
	}
}
