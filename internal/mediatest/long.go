package mediatest

import (
	"os"
	"testing"
)

// Long returns true if AVLOOM_LONG=1 is set, as .ci/run sets it. A test that takes long runs all of
// its cases then. Otherwise it runs a part of them, in which each kind of case occurs.
func Long(t testing.TB) bool {
	t.Helper()
	if os.Getenv("AVLOOM_LONG") == "1" {
		return true
	}
	t.Log("a part of the cases; AVLOOM_LONG=1 runs all")
	return false
}
