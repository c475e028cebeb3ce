package embed

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/certtest"
)

// TestDialWithCertificates connects to a server that wants a client's certificate.
func TestDialWithCertificates(t *testing.T) {
	server, _ := start(t, Config{})
	ca, soon := certtest.New(t), time.Now().Add(time.Hour)
	cert, key := ca.Sign(t, "client", soon)
	config := ca.Server(t, "temporal.test", soon, tls.RequireAndVerifyClientCert)
	front := certtest.Listen(t, config, certtest.Forward(t, server.Address()))
	cfg := farm.DialConfig{
		Address: front, CertFile: cert, KeyFile: key, CAFile: ca.File, ServerName: "temporal.test",
	}
	c, err := farm.Dial(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	run := startRun(t, c, clips("tiny", 1))
	runWorker(t, c, memblob.OpenBucket(nil), newGate(), farm.WorkerConfig{Jobs: 1})
	_, err = run.Wait(t.Context())
	require.NoError(t, err)

	cfg.CertFile, cfg.KeyFile = "", ""
	_, err = farm.Dial(t.Context(), cfg)
	require.ErrorContains(t, err, "it wants a client's certificate; set CertFile and KeyFile")
}

// TestDialWithoutNamespace tells that the server does not have it.
func TestDialWithoutNamespace(t *testing.T) {
	server, _ := start(t, Config{Namespace: "pictures"})
	_, err := farm.Dial(t.Context(), farm.DialConfig{Address: server.Address()})
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	require.ErrorContains(t, err, `avloom: DialConfig.Namespace "default": the server has no such namespace`)
	_, err = farm.Dial(t.Context(), farm.DialConfig{Address: server.Address(), Namespace: "pictures", TLS: true})
	require.ErrorContains(t, err, "it does not speak TLS")
}
