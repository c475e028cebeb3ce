package cudatest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// RunOnGPU runs cases without faults on the GPU of this machine. The error device tells why there
// is no GPU; the test is skipped then. The error encoder tells why the GPU cannot encode; the
// stand-in replaces the encoder's library alone then, over the real driver.
func RunOnGPU(t *testing.T, device, encoder error, cases []Case) {
	if os.Getenv(inChild) == t.Name() {
		runHere(t, cases)
		return
	}
	if device != nil {
		t.Skipf("it takes a GPU: %v", device)
	}
	if encoder == nil {
		t.Log("device: the real GPU")
		runHere(t, cases)
		return
	}
	t.Logf("device: the real GPU, with the stand-in for NVENC, since %v", encoder)
	libraries := encoderAlone(t, build(t))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { c.runChild(t, libraries) })
	}
}

// encoderAlone returns a folder that contains the stand-in for the encoder's library alone.
func encoderAlone(t *testing.T, libraries string) string {
	t.Helper()
	alone := t.TempDir()
	require.NoError(t, os.Rename(filepath.Join(libraries, string(Encoder)), filepath.Join(alone, string(Encoder))))
	return alone
}
