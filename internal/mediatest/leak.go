package mediatest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/avloom/avloom/internal/live"
)

// Main runs the tests of a package, counts objects in C memory, and checks at the end that no
// object and no goroutine is left.
func Main(m *testing.M) {
	live.Enable()
	code := m.Run()
	if left := live.Report(); code == 0 && left != "" {
		println("objects left in C memory: " + left)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	os.Exit(code)
}

// NoLeaks checks at the end of the test that it has left no object in C memory and no goroutine. A
// test that calls it must not run in parallel with others.
func NoLeaks(t testing.TB) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		goleak.VerifyNone(t, before)
		require.Empty(t, live.Report(), "objects left in C memory")
	})
}
