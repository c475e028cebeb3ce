package cudatest

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Case is a test that runs in a process of its own.
type Case struct {
	Name    string
	Faults  string  // the faults of the stand-in: "name=n,..." (gpu/testdata/standin.h)
	Without Library // the library that is missing
	Run     func(t *testing.T)
}

// Library is a library of the driver.
type Library string

// The libraries.
const (
	Everything Library = "" // of Without: nothing is missing
	Driver     Library = "libcuda.so.1"
	Encoder    Library = "libnvidia-encode.so.1"
)

// Fault sets the faults of the stand-in for the rest of the test; calls are counted from now on.
// "": no fault.
func Fault(t *testing.T, faults string) { t.Setenv("AVLOOM_STANDIN_FAULT", faults) }

// inChild is the variable that is set, to the name of the test, in the processes that run the
// cases.
const inChild = "AVLOOM_TEST_CUDA"

// Run runs the cases as subtests, each in a child process. In a child process it runs the case
// itself.
func Run(t *testing.T, cases []Case) {
	if os.Getenv(inChild) == t.Name() {
		runHere(t, cases)
		return
	}
	t.Log("device: the stand-in")
	libraries := build(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.runChild(t, libraries)
		})
	}
}

// runHere runs the cases in this process.
func runHere(t *testing.T, cases []Case) {
	for _, c := range cases {
		t.Run(c.Name, c.Run)
	}
}

// runChild runs the case in a child process, and checks that it has freed all objects of the
// stand-in.
func (c Case) runChild(t *testing.T, libraries string) {
	parent := filepath.Dir(t.Name())
	counters := filepath.Join(t.TempDir(), "counters")
	require.NoError(t, os.WriteFile(counters, make([]byte, 8*len(counterNames)), 0o600))
	cmd := exec.Command(os.Args[0], "-test.run", "^"+parent+"$/^"+c.Name+"$", "-test.v", "-test.timeout", "60s")
	cmd.Env = append(os.Environ(), inChild+"="+parent, "GORACE=atexit_sleep_ms=0",
		"AVLOOM_STANDIN_FAULT="+c.Faults, "AVLOOM_STANDIN_COUNTERS="+counters,
		"LD_LIBRARY_PATH="+c.path(t, libraries)+":"+os.Getenv("LD_LIBRARY_PATH"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name(), string(out))
	require.Empty(t, left(t, counters), string(out))
}

// path returns the search path of the libraries. A library that the case does without is an empty
// file there, which cannot be loaded.
func (c Case) path(t *testing.T, libraries string) string {
	if c.Without == Everything {
		return libraries
	}
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, string(c.Without)), nil, 0o600))
	return broken + ":" + libraries
}

// counterNames are the counters of gpu/testdata/standin.h, in the same order.
var counterNames = []string{
	"contexts", "memory", "pinned memory", "streams", "events", "modules", "sessions", "resources", "bitstreams",
	"pushed contexts",
}

// left returns the objects of the stand-in that were not freed, by kind.
func left(t *testing.T, counters string) map[string]int64 {
	t.Helper()
	data, err := os.ReadFile(counters)
	require.NoError(t, err)
	values := make([]int64, len(counterNames))
	require.NoError(t, binary.Read(bytes.NewReader(data), binary.NativeEndian, values))
	alive := map[string]int64{}
	for i, v := range values {
		if v != 0 {
			alive[counterNames[i]] = v
		}
	}
	return alive
}
