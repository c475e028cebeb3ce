package embed

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// TestServerGoesOnAfterKill kills a server in the middle of a workflow. Client and worker stay, and
// find the next server at the same address.
func TestServerGoesOnAfterKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "farm.db")
	address, kill := startProcess(t, file, "127.0.0.1:0")
	_, err := Start(t.Context(), Config{File: file})
	require.ErrorContains(t, err, "another server uses it (process ")

	c, err := client.DialContext(t.Context(), client.Options{HostPort: address})
	require.NoError(t, err)
	defer c.Close()
	w := work(t, c)
	defer w.Stop()
	begin(t, c, "one")
	kill()
	again, _ := startProcess(t, file, address)
	require.Equal(t, address, again)
	finish(t, c, "one")
}
