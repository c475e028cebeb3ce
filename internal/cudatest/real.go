package cudatest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// RunOnGPU runs the cases, none of which has a fault, on the GPU of this machine. device says why there is none, and encoder why it does not
// encode, both nil where they do. Without a GPU the test is skipped. On one without an encoder the stand-in for that library alone serves,
// over the real driver.
func RunOnGPU(t *testing.T, device, encoder error, cases []Case) {
	inChild := os.Getenv(inChild) == t.Name()
	if device != nil && !inChild {
		t.Skipf("it takes a GPU: %v", device)
	}
	if encoder == nil || inChild {
		for _, c := range cases {
			t.Run(c.Name, c.Run)
		}
		return
	}
	t.Logf("NVENC is the stand-in, since %v", encoder)
	libraries := encoderAlone(t, build(t))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { c.runChild(t, libraries) })
	}
}

// encoderAlone returns a folder with the stand-in for the encoder's library and not that for the driver.
func encoderAlone(t *testing.T, libraries string) string {
	t.Helper()
	alone := t.TempDir()
	require.NoError(t, os.Rename(filepath.Join(libraries, string(Encoder)), filepath.Join(alone, string(Encoder))))
	return alone
}
